import ArgumentParser
import Pneumo
import PneumoClassifier
import PneumoConcurrency
import PneumoConsole
import PneumoImaging
import PneumoSupport
import PneumoSystem
import PneumoToolSupport

/// The command: reads the arguments, classifies, prints.
struct Infer: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "pneumo-infer",
    abstract: "Classifies JPEG images with a frozen model.",
    discussion: """
      Predictions come in the order of the inputs. A file that cannot be read is reported on \
      standard error and does not stop the rest; the exit code is then 1. It is 2 for wrong usage.

      EXAMPLES
        pneumo-infer model.pnm xray.jpeg
        pneumo-infer model.pnm xrays/ --format csv > predictions.csv
        find . -name '*.jpg' -print0 | pneumo-infer model.pnm - -0 --format jsonl
        pneumo-infer model.pnm xrays/ --threads 1 --profile
        pneumo-infer model.pnm xrays/ --heatmap maps
        pneumo-infer a.pnm xrays/ --ensemble b.pnm --ensemble c.pnm --tta flip

      ENVIRONMENT
        PNEUMO_NUM_THREADS  threads, if --threads is not given
        PNEUMO_ISA          baseline, avx2 or avx512, if --isa is not given

      Pneumo is not a medical device.
      """)

  @Argument(help: "The model, a .pnm file.")
  var model: String

  @Argument(
    help: """
      JPEG files, folders of them (searched recursively for .jpeg and .jpg), or - for a list of \
      paths on standard input, one per line, each classified as soon as it arrives.
      """)
  var inputs: [String]

  @Flag(
    name: [.customShort("0"), .customLong("null")],
    help: "The paths on standard input are separated by NUL, as find -print0 does.")
  var isNullSeparated = false

  @Option(help: "How predictions are printed: table, jsonl, json or csv.")
  var format = OutputFormat.table

  @Option(help: "Threads for decoding and inference. (default: all that this process may use)")
  var threads: Int?

  @Option(help: "Images that go through the network together. (default: chosen by memory)")
  var batch: Int?

  @Option(help: "The probability above which the positive class is chosen. (default: the model's)")
  var threshold: Float?

  @Option(help: "Print only this many of the most probable classes. CSV always has all.")
  var top: Int?

  @Option(
    help: ArgumentHelp(
      "Another model: predictions follow from the mean of all logits and thresholds.",
      valueName: "file"))
  var ensemble: [String] = []

  @Option(
    help: "Test-time augmentation: flip averages the logits of the image and its mirror image.")
  var tta: TestTimeAugmentation?

  @Option(
    help: ArgumentHelp(
      """
      Write each image, overlaid with what the network saw as evidence for a class, into this folder \
      as NAME.heatmap.jpeg, or NAME-2 and so on if the name is taken.
      """, valueName: "folder"))
  var heatmap: String?

  @Option(
    help: "gradcam: from the last convolution. occlusion: by hiding parts; slow, for any network.")
  var heatmapMethod = HeatMapMethod.gradcam

  @Option(help: "The opacity of the heat map, 0 to 1.")
  var heatmapOpacity: Float = 0.6

  @Option(help: "The class to explain. (default: the positive of two, otherwise the predicted one)")
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
      throw ValidationError("--heatmap explains one model; leave out --ensemble.")
    }
    if heatmap == nil, heatmapClass != nil {
      throw ValidationError("--heatmap-class goes with --heatmap.")
    }
    if let top, top < 1 { throw ValidationError("--top is \(top), expected 1 or more.") }
    if inputs.filter({ $0 == "-" }).count > 1 {
      throw ValidationError("Standard input, -, can be read only once.")
    }
    if isNullSeparated, !inputs.contains("-") {
      throw ValidationError("-0 says how standard input is separated; add - to read it.")
    }
  }

  func run() throws {
    Interrupt.observe()
    if let heatmap { try HeatMapFolder.check(heatmap, inputs: inputs) }
    let models = try loadModels()
    var source = InputSource(inputs, separator: isNullSeparated ? .nul : .newline)
    let classifier = try makeClassifier(models, source)
    let heatMaps = try makeHeatMapFolder(models[0])
    let printer = format.makePrinter(
      model: models[0], longestPath: source.longestPath, top: top)
    var printing = Printing(printer, total: source.count)
    var taken = 0
    classifier.run(
      ModelRunner.Inputs(count: source.count) { limit in
        source.next(limit, unless: { Interrupt.isRequested }).map { input in
          defer { taken += 1 }
          return heatMaps?.reservingName(for: input, index: taken) ?? input
        }
      },
      unless: { Interrupt.isRequested },
      inspect: { heatMaps?.write($0, $1) },
      consume: { outcomes in
        printing.print(outcomes.map { ($0, heatMaps?.takeResult(index: $0.index)) })
        return printing.isWanted && !Interrupt.isRequested
      })
    try printing.end()

    if profile { ProfileReport(classifier.profile()).print(format) }
    if let note = source.leftOut.note { StandardStream.error.write("pneumo-infer: \(note)\n") }
    if Interrupt.isRequested {
      let total = source.count.map { " of \($0)" } ?? ""
      StandardStream.error.write(
        "pneumo-infer: interrupted after \(printing.done)\(total) images\n")
      throw ExitCode(Interrupt.exitCode)
    }
    if printing.done == 0 { StandardStream.error.write("pneumo-infer: no images to classify\n") }
    if printing.failures > 0 || printing.done == 0 { throw ExitCode(1) }
  }

  /// A setting that cannot be followed, by an option or the environment, is wrong usage.
  private func makeClassifier(_ models: [Model], _ source: InputSource) throws -> Classifier {
    var options = Classifier.Options()
    options.threads = threads
    // A setting of the environment that cannot be followed is reported by the classifier.
    let preferred = (try? ThreadCount.preferred()) ?? 1
    options.concurrency = source.count.map { max(1, min($0, threads ?? preferred)) }
    options.batch = batch
    options.threshold = threshold
    options.instructionSet = isa
    options.flips = tta == .flip
    options.isProfiling = profile
    do throws(ComputeError) {
      return try Classifier(
        models, options: options, firstImage: source.first, keepsImages: heatmap != nil)
    } catch  where error.kind == .setting {
      throw ValidationError(error.description)
    } catch {
      throw ModelError(.limitExceeded, error.description, file: model)
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
              + "an ensemble need the same labels in the same order", file: path)
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
        threads: try threads ?? ThreadCount.preferred(), instructionSet: isa))
  }
}
