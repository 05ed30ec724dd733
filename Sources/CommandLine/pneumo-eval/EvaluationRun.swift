import ArgumentParser
import Pneumo
import PneumoConcurrency
import PneumoConsole
import PneumoDataset
import PneumoEvaluation
import PneumoReport
import PneumoSupport
import PneumoSystem
import PneumoToolSupport

/// From the arguments to numbers and report.
struct EvaluationRun {
  private let command: Evaluate
  private let threads: Int

  /// A setting that cannot be followed is wrong usage.
  init(_ command: Evaluate) throws {
    self.command = command
    do throws(ThreadCountError) {
      threads = try ThreadCount.resolve(command.threads)
    } catch {
      throw ValidationError(error.description)
    }
  }

  /// The files of a report, the page first.
  private static let reportFiles = ["index.html", "metrics.json", "predictions.csv"]

  /// Refuses outputs that would replace what must stay, before anything is computed.
  ///
  /// - Returns: whether a report is going to be replaced.
  private func checkOutputs() throws -> Bool {
    let inputs =
      command.predictions + [command.model, command.data, command.runFolder].compactMap(\.self)
      + command.others
    if let path = command.saveThreshold { try checkOutput(path, .model, inputs: inputs) }
    guard let output = command.output else { return false }
    // Neither may replace what the other has just written.
    if let path = command.saveThreshold,
      Self.reportFiles.contains(where: { isSamePlace("\(output)/\($0)", path) })
    {
      throw ValidationError(
        "--save-threshold is '\(path)', a file of the report; choose another name.")
    }
    return try checkOutputFolder(
      output, page: Self.reportFiles[0], by: "pneumo-eval",
      files: Array(Self.reportFiles.dropFirst()), inputs: inputs)
  }

  func run() throws {
    let replacesReport = try checkOutputs()
    var scored: ScoredData?
    var set: PredictionSet
    if command.predictions.isEmpty {
      let models = try ([command.model ?? ""] + command.others).map {
        (path: $0, model: try Model(contentsOf: $0))
      }
      let data = try Dataset(contentsOf: command.data ?? "", isForTraining: false)
      let predictions = try ScoredData(models, data, command, threads: threads)
      set = predictions.set
      scored = predictions
    } else {
      set = try PredictionSet(
        tables: command.predictions, positive: command.positive,
        threshold: command.threshold ?? 0.5, patient: Sample.patient(ofFile:))
    }
    try applyThreshold(to: &set)
    var assessment = Assessment(
      set,
      options: Assessment.Options(
        prevalence: command.prevalence, resamples: command.resamples,
        seed: UInt64(command.seed)), threads: threads)
    assessment.notes = scored.map { $0.overlap + $0.remarks } ?? []
    print(assessment)
    let failures = scored?.failures ?? []
    if let output = command.output {
      try write(assessment, scored, to: output, replacesReport: replacesReport)
    }
    if let path = command.saveThreshold, let scored {
      try scored.saveThreshold(set.models[0], to: path)
      if command.format == .table {
        say(
          "\(path) is a copy of the model with a threshold of \(set.models[0].threshold ?? 0.5)\n")
      }
    }
    if !failures.isEmpty {
      complain(
        "\(failures.count) of \(failures.count + set.cases.count) images could not be read and are "
          + "left out")
      throw ExitCode(1)
    }
  }

  /// By `--threshold` or `--choose`, for all models. Refuses what is for two classes where there are more.
  private func applyThreshold(to set: inout PredictionSet) throws {
    guard
      set.isBinary
        || [command.threshold, command.prevalence].allSatisfy({ $0 == nil })
          && command.choose == nil
    else {
      throw ValidationError(
        "A threshold and a prevalence are for two classes; there are \(set.classes.count): "
          + set.classes.joined(separator: ", ") + ".")
    }
    if let threshold = command.threshold {
      for number in set.models.indices { set.models[number].setThreshold(threshold, .given) }
    } else if let choose = command.choose, let point = OperatingPoint(choose) {
      let labels = set.labels
      for number in set.models.indices {
        let threshold = point.threshold(labels: labels, probabilities: set.models[number].scores)
        set.models[number].setThreshold(threshold, .chosenHere(choose))
      }
    }
  }

  private func print(_ assessment: Assessment) {
    switch command.format {
    case .table: say(assessment.text)
    case .json: StandardStream.output.write(data: assessment.json.indentedText + "\n")
    }
  }

  // MARK: Report

  private func write(
    _ assessment: Assessment, _ scored: ScoredData?, to folder: String, replacesReport: Bool
  ) throws {
    var page = ReportPage(
      assessment, title: command.title ?? title(assessment), command: Self.commandLine)
    if let run = command.runFolder { page.training = try TrainingCurves(run: run) }
    if command.gallery > 0, let scored {
      page.gallery = try scored.gallery(of: assessment.set, command, threads: threads)
    }
    try makeFolder(folder)
    // The page takes its place last: where there is one, all of the report is there.
    let texts = [page.html, assessment.json.indentedText + "\n", assessment.csv]
    try writeAtomically(
      zip(Self.reportFiles, texts).map { (path: "\(folder)/\($0)", bytes: Array($1.utf8)) })
    if command.format == .table {
      let replaced = replacesReport ? "; the report that was there is replaced" : ""
      say(
        "\n\(folder)/index.html is the report; metrics.json and predictions.csv are beside it"
          + "\(replaced)\n")
    }
  }

  private func title(_ assessment: Assessment) -> String {
    let names = assessment.results.map(\.predictions.name).joined(separator: ", ")
    guard let data = command.data else { return names }
    return "\(names) on \(data.split(separator: "/").suffix(2).joined(separator: "/"))"
  }

  /// The command as it could be typed again.
  private static var commandLine: String {
    let words = ["pneumo-eval"] + CommandLine.arguments.dropFirst()
    return words.map { word in
      let isPlain =
        !word.isEmpty
        && word.utf8.allSatisfy { byte in
          (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte)
            || (0x61...0x7A).contains(byte) || "-_./=:,+".utf8.contains(byte)
        }
      return isPlain ? word : "'\(word.replacing("'", with: "'\\''"))'"
    }.joined(separator: " ")
  }
}

/// Prints for people.
func say(_ text: ConsoleText) { StandardStream.output.write(text) }

/// Reports a problem on standard error.
func complain(_ text: ConsoleText) { StandardStream.error.write("pneumo-eval: \(text)\n") }

/// An error in words.
struct Failure: Error, CustomStringConvertible {
  let description: String
}
