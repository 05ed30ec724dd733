import ArgumentParser
import Pneumo
import PneumoConcurrency
import PneumoConsole
import PneumoPipeline
import PneumoSupport
import PneumoSystem
import PneumoToolSupport

/// The command: reads the arguments, runs the pipeline, prints.
struct Infer: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "pneumo-infer",
    abstract: "Classifies JPEG images with a frozen model.",
    discussion: """
      Answers come in the order of the inputs. A file that cannot be read is reported on standard \
      error and does not stop the rest; the exit code is then 1. It is 2 for wrong usage.

      EXAMPLES
        pneumo-infer model.pnm xray.jpeg
        pneumo-infer model.pnm xrays/ --format csv > answers.csv
        find . -name '*.jpg' | pneumo-infer model.pnm - --format jsonl
        pneumo-infer model.pnm xrays/ --threads 1 --profile
        pneumo-infer model.pnm xrays/ --heatmap maps
        pneumo-infer a.pnm xrays/ --ensemble b.pnm --ensemble c.pnm --tta flip

      ENVIRONMENT
        PNEUMO_NUM_THREADS  threads, where --threads is not given
        PNEUMO_ISA          baseline, avx2 or avx512, where --isa is not given

      Pneumo is no medical device.
      """)

  @Argument(help: "The model, a .pnm file.")
  var model: String

  @Argument(
    help: """
      JPEG files, folders of them (searched recursively for .jpeg and .jpg), or - for a list of \
      them on standard input, one a line, each answered when it comes.
      """)
  var inputs: [String]

  @Option(help: "How answers are printed: table, jsonl, json or csv.")
  var format = OutputFormat.table

  @Option(help: "Threads for decoding and inference. (default: what this process may use)")
  var threads: Int?

  @Option(help: "Images that go through the network together. (default: chosen by itself)")
  var batch: Int?

  @Option(help: "The positive class is chosen above this probability. (default: the model's)")
  var threshold: Float?

  @Option(help: "Print only the most probable classes, this many. CSV always has all.")
  var top: Int?

  @Option(
    help: ArgumentHelp(
      "Another model: answers are the mean of the logits of all, thresholds as well.",
      valueName: "file"))
  var ensemble: [String] = []

  @Option(
    help: "Test-time augmentation: flip for the mean of the logits of image and mirror image.")
  var tta: TestTimeAugmentation?

  @Option(
    help: ArgumentHelp(
      """
      Write each image, with a light where the network saw what speaks for a class, into this folder \
      as NAME.heatmap.jpeg; NAME-2 and so on where a name comes again.
      """, valueName: "folder"))
  var heatmap: String?

  @Option(
    help: "gradcam: by the last convolution. occlusion: by hiding parts, slow and for any network.")
  var heatmapMethod = HeatMapMethod.gradcam

  @Option(help: "How strong the light is, 0 to 1.")
  var heatmapOpacity: Float = 0.6

  @Option(help: "The class that is looked for. (default: the positive of two, else the answer)")
  var heatmapClass: String?

  @Option(help: "Use this instruction set: baseline, avx2 or avx512. (default: the best)")
  var isa: String?

  @Flag(help: "Print time per layer, kernel and GFLOP/s on standard error (JSON with json, jsonl).")
  var profile = false

  func validate() throws {
    if let threads, !(1...ThreadCount.maximum).contains(threads) {
      throw ValidationError("--threads is \(threads), expected 1 to \(ThreadCount.maximum).")
    }
    if let batch, !(1...Session.maximumBatch).contains(batch) {
      throw ValidationError("--batch is \(batch), expected 1 to \(Session.maximumBatch).")
    }
    if let threshold, !(0...1).contains(threshold) {
      throw ValidationError("--threshold is \(threshold), expected 0 to 1.")
    }
    try PneumoToolSupport.validate(instructionSet: isa)
    guard (0...1).contains(heatmapOpacity) else {
      throw ValidationError("--heatmap-opacity is \(heatmapOpacity), expected 0 to 1.")
    }
    if heatmap != nil, !ensemble.isEmpty {
      throw ValidationError("--heatmap looks into one model; leave out --ensemble.")
    }
    if heatmap == nil, heatmapClass != nil {
      throw ValidationError("--heatmap-class goes with --heatmap.")
    }
    if let top, top < 1 { throw ValidationError("--top is \(top), expected 1 or more.") }
    if inputs.filter({ $0 == "-" }).count > 1 {
      throw ValidationError("Standard input, -, can be read only once.")
    }
  }

  func run() throws {
    signal(SIGPIPE, SIG_IGN)  // a closed pipe is seen where it is written to
    Interrupt.observe()
    let models = try loadModels()
    let model = models[0]
    let inputs = InputSource(self.inputs)
    let pipeline = try makePipeline(models, inputs)
    let heatMaps = try makeHeatMapFolder(model)
    let printer = format.makePrinter(model: model, longestPath: inputs.longestPath, top: top)
    var progress = ProgressBar(total: inputs.count, unit: "images")
    var done = 0
    var failures = 0
    var written = StandardStream.output.write(printer.header)

    pipeline.run { outcomes in
      var text = ""
      var errors = ""
      let maps = heatMaps?.write(outcomes)
      for (index, outcome) in outcomes.enumerated() {
        var heatMap: String?
        switch maps?[index] {
        case .success(let path): heatMap = path
        case .failure(let error):
          failures += 1
          errors += "pneumo-infer: \(Format.visible("\(error)"))\n"
        case nil: break
        }
        text += printer.line(for: outcome, heatMap: heatMap, isFirst: done == 0)
        done += 1
        if case .failure(let reason) = outcome.result {
          failures += 1
          errors += "pneumo-infer: \(Format.visible(reason))\n"
        }
      }
      // Both streams may be one terminal, whose last line is the bar.
      if StandardStream.output.isTerminal || !errors.isEmpty { progress.clear() }
      if written == .all, !text.isEmpty { written = StandardStream.output.write(text) }
      if !errors.isEmpty { StandardStream.error.write(errors) }
      progress.update(done)
      return written == .all
    }
    progress.clear()

    if written == .all { written = StandardStream.output.write(printer.footer) }
    if case .failed(let reason) = written { throw OutputError(reason: reason) }
    if profile { ProfileReport(pipeline.profile()).print(format) }
    if Interrupt.isRequested {
      let total = inputs.count.map { " of \($0)" } ?? ""
      StandardStream.error.write("pneumo-infer: interrupted after \(done)\(total) images\n")
      throw ExitCode(Interrupt.exitCode)
    }
    if done == 0 { StandardStream.error.write("pneumo-infer: no images to classify\n") }
    if failures > 0 || done == 0 { throw ExitCode(1) }
  }

  /// A setting that cannot be followed, by an option or the environment, is wrong usage.
  private func makePipeline(_ models: [Model], _ inputs: InputSource) throws -> Pipeline {
    do throws(ComputeError) {
      return try Pipeline(
        models: models, inputs: inputs,
        options: Pipeline.Options(
          threads: threads, batch: batch, threshold: threshold, instructionSet: isa,
          flips: tta == .flip, isProfiling: profile))
    } catch  where error.kind == .setting {
      throw ValidationError(error.description)
    } catch {
      throw ModelError(.limitExceeded, error.description, file: self.model)
    }
  }
}

extension Infer {
  /// The model and those of `--ensemble`, which must have its labels.
  private func loadModels() throws -> [Model] {
    let first = try Model(contentsOf: model)
    func quoted(_ labels: [String]) -> String {
      labels.map { "'\($0)'" }.joined(separator: ", ")
    }
    return try [first]
      + ensemble.map { path in
        let other = try Model(contentsOf: path)
        guard other.labels == first.labels, other.graph.outputShape == first.graph.outputShape
        else {
          throw ModelError(
            .invalidLabels,
            "has the labels \(quoted(other.labels)) and \(other.graph.outputShape.count) outputs, but "
              + "\(model) has \(quoted(first.labels)) and \(first.graph.outputShape.count); models of "
              + "an ensemble have the same labels in the same order", file: path)
        }
        return other
      }
  }

  private func makeHeatMapFolder(_ model: Model) throws -> HeatMapFolder? {
    guard let heatmap else { return nil }
    let label = try heatmapClass.map { name in
      guard let label = model.labels.firstIndex(of: name) else {
        throw ValidationError(
          "--heatmap-class is '\(name)'; the labels of the model are "
            + model.labels.map { "'\($0)'" }.joined(separator: ", ") + ".")
      }
      return label
    }
    return try HeatMapFolder(
      heatmap, model,
      HeatMapFolder.Options(
        method: heatmapMethod, opacity: heatmapOpacity, label: label,
        threads: threads ?? ThreadCount.preferred(), instructionSet: isa))
  }
}

/// Standard output could not be written to.
private struct OutputError: Error, CustomStringConvertible {
  let reason: String

  var description: String { "standard output: \(reason)" }
}
