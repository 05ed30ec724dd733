import ArgumentParser
import PneumoConsole
import PneumoImport
import PneumoModel
import PneumoSupport
import PneumoSystem
import PneumoToolSupport

/// The command: reads the arguments, converts or inspects, prints.
struct Convert: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "pneumo-convert",
    abstract: "Freezes a trained model into a .pnm file, or prints what a .pnm file holds.",
    discussion: """
      Reads checkpoints of pneumo-train, which bring preprocessing, labels, threshold and model \
      card with them. Reads whole Keras models in HDF5, as model.save('model.h5') of Keras 2 and 3 writes them, and \
      weights alone, as model.save_weights('model.weights.h5') writes them, of a network that \
      --network names. What the file is, is told by its content. Dropout is dropped, batch \
      normalisation folded and activations fused where the answers stay the same.

      EXAMPLES
        pneumo-convert run/best.ckpt model.pnm --precision f16
        pneumo-convert study.h5 study.pnm
        pneumo-convert best_model.hdf5 study.pnm --network study150
        pneumo-convert model.h5 model.pnm --labels NORMAL,VIRUS --precision f16
        pneumo-convert model.h5 model.pnm --preprocess torch.json --card card.json
        pneumo-convert --inspect study.pnm
        pneumo-convert --inspect study.pnm --format json

      FILES
        --preprocess takes a JSON object with any of color_mode (gray, rgb, bgr), filter \
      (nearest, box, bilinear, hamming, bicubic, lanczos), scale, mean, std (a number, or a list \
      of one a channel) and exif_orientation (true, false). A channel x of 0...255 becomes \
      (x * scale - mean) / std. What is left out is as in keras-study, which leaves pixels \
      unscaled for a network that begins with a Rescaling of its own.
        --card takes a JSON object with any of name, description, source, data, metrics (an \
      object of numbers), licence, creator, date and limitations.

      Pneumo is no medical device.
      """)

  @Argument(help: "A checkpoint, a Keras file, or with --inspect a .pnm file.")
  var input: String

  @Argument(help: "The .pnm file to write. Another model there is replaced, another file is not.")
  var output: String?

  @Flag(help: "Print what INPUT, a .pnm file, holds.")
  var inspect = false

  @Option(help: "How --inspect prints: table or json.")
  var format: InspectionFormat?

  @Option(help: "The network that weights alone belong to: study150 or study224.")
  var network: String?

  @Option(
    help:
      "How images become inputs: keras-study or a JSON file. (default: keras-study, or the checkpoint's)"
  )
  var preprocess: String?

  @Option(
    help: """
      The classes, separated by commas, in the order of training. (default: NORMAL,PNEUMONIA for \
      the study's networks)
      """)
  var labels: String?

  @Option(
    help:
      "Of two classes, the second is chosen above this probability. (default: 0.5, or the checkpoint's)"
  )
  var threshold: Float?

  @Option(help: "How weights are stored: f32, or f16 for half the size. (default: f32)")
  var precision: Precision?

  @Option(help: "For a network that ends in logits: sigmoid or softmax.")
  var activation: FinalActivation?

  @Option(help: "A JSON file with the model card.")
  var card: String?

  @Flag(help: .hidden)
  var worker = false

  func validate() throws {
    if inspect {
      let others: [(String, Any?)] = [
        ("OUTPUT", output), ("--network", network), ("--preprocess", preprocess),
        ("--labels", labels), ("--threshold", threshold), ("--precision", precision),
        ("--activation", activation), ("--card", card),
      ]
      if let other = others.first(where: { $0.1 != nil }) {
        throw ValidationError("--inspect only reads; it does not go with \(other.0).")
      }
      return
    }
    guard output != nil else {
      throw ValidationError("Missing expected argument '<output>', the .pnm file to write.")
    }
    guard format == nil else { throw ValidationError("--format goes with --inspect.") }
    if let network, Network.named(network) == nil {
      let names = Network.all.map(\.name).joined(separator: " or ")
      throw ValidationError("--network is '\(network)', expected \(names).")
    }
    if let threshold, !(0...1).contains(threshold) {
      throw ValidationError("--threshold is \(threshold), expected 0 to 1.")
    }
  }

  func run() throws {
    signal(SIGPIPE, SIG_IGN)  // a closed pipe is seen where it is written to
    if inspect {
      let inspection = try Inspection(of: input)
      try print(format == .json ? inspection.json.indentedText + "\n" : inspection.text)
    } else if let output {
      try worker ? convert(to: output) : convertInWorker(to: output)
    }
  }

  /// Converts in a child, and in this process where no child can be started.
  private func convertInWorker(to output: String) throws {
    switch Worker.run(["--worker"] + CommandLine.arguments.dropFirst()) {
    case .exit(0): return
    case .exit(let code): throw ExitCode(code)
    case .signal(let signal):
      throw Failure(
        description: "\(input): damaged: reading it stops the HDF5 library (signal \(signal)); "
          + "copy or save it again")
    case nil: try convert(to: output)
    }
  }

  private func convert(to output: String) throws {
    try checkReplaceable(output)
    let imported = try Worker.limitingResources(
      byteCount: fileSize(of: input)
    ) { () throws(ImportError) in
      try ImportedModel(contentsOf: input, network: network.flatMap { Network.named($0) })
    }
    let conversion = Conversion(
      preprocessing: try preprocess.flatMap { name in
        name == "keras-study"
          ? nil : try PreprocessingSettings(contentsOf: name, defaults: .study(for: imported))
      },
      labels: labels.map {
        $0.split(separator: ",", omittingEmptySubsequences: false).map { label in
          var label = label.drop { $0 == " " }
          while label.last == " " { label.removeLast() }
          return String(label)
        }
      },
      threshold: threshold, precision: (precision ?? .f32).scalarType,
      activation: activation?.activation,
      card: try card.map { try ModelCard(contentsOf: $0) })
    let converted: (model: Model, changes: [SimplifiedGraph.Change])
    do throws(ImportError) {
      converted = try conversion.model(of: imported)
    } catch {
      throw error.naming(file: input)
    }
    try converted.model.write(to: output)
    try print(
      ConversionReport(
        input: input, output: output, imported: imported, model: converted.model,
        changes: converted.changes
      ).text)
  }

  /// An existing file is replaced only if it is a model or empty: INPUT and OUTPUT are easily
  /// swapped.
  private func checkReplaceable(_ path: String) throws {
    guard access(path, F_OK) == 0 else { return }
    guard try Model.isModel(fileAt: path) || fileSize(of: path) == 0 else {
      throw Failure(
        description: "\(path): exists and is not a .pnm model, so it is not replaced; give INPUT "
          + "first, then OUTPUT")
    }
  }

  /// Writes `text` to standard output; a reader that has gone is no failure.
  private func print(_ text: String) throws {
    guard case .failed(let reason) = StandardStream.output.write(text) else { return }
    throw Failure(description: "standard output: \(reason)")
  }
}

/// What went wrong in the tool itself, after the name of the file.
private struct Failure: Error, CustomStringConvertible {
  let description: String
}

/// How `--inspect` prints.
enum InspectionFormat: String, ExpressibleByArgument, CaseIterable {
  case table, json
}

/// What `--precision` takes.
enum Precision: String, ExpressibleByArgument, CaseIterable {
  case f32, f16

  var scalarType: ScalarType { self == .f32 ? .float32 : .float16 }
}

/// What `--activation` takes.
enum FinalActivation: String, ExpressibleByArgument, CaseIterable {
  case sigmoid, softmax

  var activation: Activation { self == .sigmoid ? .sigmoid : .softmax }
}

/// Bytes of the file at `path`; 0 where it cannot be examined.
func fileSize(of path: String) -> Int {
  var status = stat()
  return stat(path, &status) == 0 ? Int(status.st_size) : 0
}
