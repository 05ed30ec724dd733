import ArgumentParser
import Pneumo
import PneumoClassifier
import PneumoConsole
import PneumoDataset
import PneumoEvaluation

import PneumoReport
import PneumoSupport

/// What models predict for a data set.
struct ScoredData {
  /// The images that all models could classify.
  let set: PredictionSet
  /// One sentence for each image that could not be read.
  let failures: [String]
  /// What a reader of the report should know.
  let remarks: [String]
  /// What tells that models were made with some of these images.
  let overlap: [String]
  let models: [(path: String, model: Model)]

  /// Runs all models on all images.
  init(
    _ models: [(path: String, model: Model)], _ data: Dataset, _ command: Evaluate, threads: Int
  ) throws {
    self.models = models
    let classes = models[0].model.labels
    let order = try models.map { try Self.order(of: $0, as: models[0]) }
    let labels = try Self.labels(of: data, in: models[0])
    var bar = ProgressBar(total: data.samples.count, unit: "images")
    var failures: [Int: String] = [:]
    /// The logits of each model for each image.
    var logits = [[[Float]]](repeating: [], count: models.count)
    try Self.runner(models.map(\.model), data, command, threads: threads).run(
      ModelRunner.Inputs(data.samples.map(\.path)), unless: { Interrupt.isRequested }
    ) { outcomes in
      for outcome in outcomes {
        switch outcome.result {
        case .success(let found):
          for (number, row) in found.enumerated() { logits[number].append(row) }
        case .failure(let error):
          failures[outcome.index] = error.description
          bar.clear()
          complain("\(error)")
          for number in models.indices { logits[number].append([]) }
        }
      }
      bar.update(logits[0].count)
      return !Interrupt.isRequested
    }
    guard !Interrupt.isRequested else {
      bar.clear()
      complain("interrupted; nothing is written")
      throw ExitCode(Interrupt.exitCode)
    }
    bar.clear()
    let good = data.samples.indices.filter { failures[$0] == nil }
    guard !good.isEmpty else {
      throw Failure(description: "\(data.source): none of its images can be read")
    }
    self.failures = failures.sorted { $0.key < $1.key }.map(\.value)
    let names = Self.names(of: models.map { Format.visible($0.path) })
    var predictions = models.indices.map { number in
      Self.predictions(
        name: names[number], models[number], good.map { logits[number][$0] }, order[number])
    }
    if command.ensemble {
      predictions.append(Self.ensemble(predictions, of: classes))
    }
    set = Self.noting(
      models.map(\.model),
      in: PredictionSet(
        classes: classes,
        cases: good.map {
          PredictionSet.Case(
            path: data.samples[$0].path, label: labels[$0], patient: data.samples[$0].patient)
        },
        models: predictions))
    var remarks: [String] = []
    if command.tta == .flip {
      remarks.append("logits are the mean for each image and its mirror image")
    }
    if !failures.isEmpty {
      remarks.append(
        "\(failures.count) of \(data.samples.count) images could not be read and are left out: "
          + self.failures.prefix(5).joined(separator: "; ") + (failures.count > 5 ? "; …" : ""))
    }
    if let note = data.leftOut.note { remarks.append(note) }
    overlap = overlapNotes(
      of: zip(names, models).map { (name: $0, images: $1.model.trainingImages) },
      on: data.samples.map(\.path), run: command.runFolder, threads: threads)
    self.remarks = remarks
  }

  /// A setting that cannot be followed is wrong usage.
  private static func runner(
    _ models: [Model], _ data: Dataset, _ command: Evaluate, threads: Int
  ) throws -> ModelRunner {
    var options = Classifier.Options()
    options.threads = threads
    options.concurrency = min(threads, data.samples.count)
    options.instructionSet = command.isa
    options.flips = command.tta == .flip
    do throws(ComputeError) {
      return try ModelRunner(models, options: options, firstImage: data.samples.first?.path)
    } catch {
      if error.kind == .setting { throw ValidationError(error.description) }
      throw error
    }
  }

  // MARK: Labels

  /// For each class of the first model, its number in another.
  private static func order(
    of other: (path: String, model: Model), as first: (path: String, model: Model)
  ) throws -> [Int] {
    let order = first.model.labels.compactMap { other.model.labels.firstIndex(of: $0) }
    guard order.count == other.model.labels.count else {
      throw Failure(
        description:
          "\(other.path): has the labels \(quoted(other.model.labels)), but \(first.path) "
          + "has \(quoted(first.model.labels)); models can be compared on the same labels alone")
    }
    return order
  }

  /// The number of each image's class among the model's labels.
  private static func labels(
    of data: Dataset, in model: (path: String, model: Model)
  ) throws -> [Int] {
    let numbers = data.classes.map { model.model.labels.firstIndex(of: $0) }
    let counts = data.classCounts()
    let unknown = data.classes.indices.filter { numbers[$0] == nil && counts[$0] > 0 }
    guard unknown.isEmpty else {
      throw Failure(
        description: "\(data.source): has the classes \(quoted(unknown.map { data.classes[$0] })), "
          + "which \(model.path) does not know; its labels are \(quoted(model.model.labels)). Name "
          + "folders, or the column label, as the model does, and give the folder of one split")
    }
    return data.samples.map { numbers[$0.label] ?? 0 }
  }

  private static func quoted(_ names: [String]) -> String {
    names.map { "'\($0)'" }.joined(separator: ", ")
  }

  // MARK: Predictions

  /// File names without their endings; whole paths where those are the same, with numbers where a file
  /// comes again.
  private static func names(of paths: [String]) -> [String] {
    let stems = paths.map { path in
      let name = path.split(separator: "/").last.map(String.init) ?? path
      return name.hasSuffix(".pnm") ? String(name.dropLast(4)) : name
    }
    if Set(stems).count == stems.count { return stems }
    return paths.enumerated().map { index, path in
      let before = paths[..<index].count { $0 == path }
      return before > 0 ? "\(path) (\(before + 1))" : path
    }
  }

  /// - Parameter order: for each class its number in the model.
  private static func predictions(
    name: String, _ part: (path: String, model: Model), _ logits: [[Float]], _ order: [Int]
  ) -> PredictionSet.ModelPredictions {
    let model = part.model
    let isBinary = model.labels.count == 2
    let isTurned = isBinary && order[0] == 1
    let ordered = logits.map { row -> [Double] in
      if row.count == 1 { return [isTurned ? -Double(row[0]) : Double(row[0])] }
      let row = order.map { Double(row[$0]) }
      return isBinary ? [row[1] - row[0]] : row
    }
    let probabilities = ordered.map { row -> [Double] in
      if isBinary {
        let probability = sigmoid(row[0])
        return [1 - probability, probability]
      }
      return softmax(row[...])
    }
    let threshold = Double(model.threshold)
    return PredictionSet.ModelPredictions(
      name: name, about: about(part), logits: ordered, probabilities: probabilities,
      isSinglePrecision: true, threshold: isBinary ? (isTurned ? 1 - threshold : threshold) : nil,
      thresholdOrigin: .model)
  }

  private static func about(_ part: (path: String, model: Model)) -> [String] {
    let (model, card) = (part.model, part.model.card)
    let shape = model.graph.inputShape
    let lines = [
      "file \(part.path)", card.name.isEmpty ? "" : "name: \(card.name)",
      "\(Format.grouped(model.graph.parameterCount)) parameters, input \(shape)",
      card.description, card.source.isEmpty ? "" : "source: \(card.source)",
      card.data.isEmpty ? "" : "trained on: \(card.data)", card.limitations,
    ]
    // Texts of a card may have several lines.
    return lines.filter { !$0.isEmpty }.map { line in
      line.split(whereSeparator: \.isNewline).joined(separator: " ")
    }
  }

  /// The mean of the logits, and of the thresholds.
  private static func ensemble(
    _ parts: [PredictionSet.ModelPredictions], of classes: [String]
  ) -> PredictionSet.ModelPredictions {
    let count = Double(parts.count)
    let logits = parts[0].logits.indices.map { index in
      parts[0].logits[index].indices.map { output in
        parts.reduce(0.0) { $0 + $1.logits[index][output] } / count
      }
    }
    let name = "ensemble"
    return PredictionSet.ModelPredictions(
      name: parts.contains { $0.name == name } ? "ensemble of all" : name,
      about: ["the mean of the logits of \(parts.map(\.name).joined(separator: ", "))"],
      logits: logits,
      probabilities: logits.map { row in
        classes.count == 2 ? [1 - sigmoid(row[0]), sigmoid(row[0])] : softmax(row[...])
      }, isSinglePrecision: true,
      threshold: parts[0].threshold.map { _ in
        Double(ensembleThreshold(parts.compactMap { $0.threshold.map { Float($0) } }))
      }, thresholdOrigin: .model)
  }

  // MARK: Thresholds

  /// Writes a copy of the first model with another threshold, and notes on which cases it was chosen.
  func saveThreshold(_ predictions: PredictionSet.ModelPredictions, to path: String) throws {
    let model = models[0].model
    guard let threshold = predictions.threshold else { return }
    var card = model.card
    if case .chosenHere(let rule) = predictions.thresholdOrigin {
      let note = Self.note(of: set) + " by pneumo-eval (\(rule))"
      card.source = card.source.isEmpty ? note : "\(card.source); \(note)"
    }
    var copy = try Model(
      graph: model.graph, preprocessing: model.preprocessing, labels: model.labels,
      threshold: Float(threshold), card: card)
    copy.trainingImages = model.trainingImages
    try copy.write(to: path)
  }

  /// What the card of a model says whose threshold was chosen on these cases.
  private static func note(of set: PredictionSet) -> String {
    "threshold chosen on \(set.cases.count) images, fingerprint \(set.fingerprint)"
  }

  /// The set, where it is told of each threshold that was chosen on its cases.
  private static func noting(_ models: [Model], in set: PredictionSet) -> PredictionSet {
    var set = set
    let note = note(of: set)
    for (number, model) in models.enumerated() where model.card.source.contains(note) {
      guard let threshold = set.models[number].threshold else { continue }
      set.models[number].setThreshold(threshold, .chosenHere("by an earlier run"))
    }
    return set
  }
}
