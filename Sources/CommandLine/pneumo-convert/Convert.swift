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
    usage: """
      pneumo-convert INPUT OUTPUT [OPTIONS]
      pneumo-convert --inspect INPUT [--format json]
      """,
    discussion: """
      INPUT is told by its content:
        - a checkpoint of pneumo-train, which brings preprocessing, labels, threshold and card;
        - a whole Keras model in HDF5: model.save('model.h5') of Keras 2 or 3;
        - Keras weights alone: model.save_weights('model.weights.h5'), of a --network.
      Dropout is dropped, batch normalization folded and activations fused where the outputs stay the
      same.

      EXAMPLES
        pneumo-convert run/best.ckpt model.pnm --precision f16
        pneumo-convert best_model.hdf5 study.pnm --network study150
        pneumo-convert model.h5 model.pnm --labels NORMAL,VIRUS --preprocess torch
        pneumo-convert model.h5 model.pnm --labels NORMAL,VIRUS \\
          --preprocess '{"filter": "tensorflow-bilinear"}'
        pneumo-convert --inspect study.pnm --format json

      PREPROCESSING
        keras-study  x / 255, as ImageDataGenerator(rescale=1/255); not scaled where the
                     network begins with a Rescaling of its own
        tf           x / 127.5 - 1: MobileNet, Inception, Xception, NASNet, ResNetV2
        torch        (x / 255 - mean) / std of ImageNet: DenseNet
        caffe        BGR minus ImageNet's mean: ResNet, VGG
        JSON         a file or the text itself: an object with any of preset, color_mode
                     (gray, rgb, bgr), filter, scale, mean, std (a number, or one a channel)
                     and exif_orientation. A channel x of 0...255 becomes
                     (x * scale - mean) / std. For example:
                     {"preset": "tf", "filter": "tensorflow-bilinear"}
        Filters are Pillow's nearest (load_img, ImageDataGenerator), box, bilinear, hamming,
        bicubic and lanczos, and tensorflow-bilinear (image_dataset_from_directory).

      CARD
        A JSON object with any of name, description, source, data, metrics (an object of
        numbers), license, creator, date and limitations.

      Pneumo is not a medical device.
      """)

  @Argument(
    help: ArgumentHelp(
      "A checkpoint, a Keras file, or with --inspect a .pnm file.", valueName: "INPUT"))
  var input: String

  @Argument(
    help: ArgumentHelp(
      "The .pnm file to write. Another model there is replaced, another file is not.",
      valueName: "OUTPUT"))
  var output: String?

  @OptionGroup(title: "What the file does not say") var meaning: MeaningOptions
  @OptionGroup(title: "What is written") var writing: WritingOptions
  @OptionGroup(title: "What is printed") var printing: PrintingOptions

  @Flag(help: .hidden)
  var worker = false

  func validate() throws {
    if printing.inspect {
      let others: [(String, Any?)] = [
        ("OUTPUT", output), ("--network", meaning.network), ("--preprocess", meaning.preprocess),
        ("--labels", meaning.labels), ("--relabel", meaning.relabel ? true : nil),
        ("--threshold", meaning.threshold), ("--activation", meaning.activation),
        ("--precision", writing.precision), ("--card", writing.card),
        ("--verbose", printing.verbose ? true : nil),
      ]
      if let other = others.first(where: { $0.1 != nil }) {
        throw ValidationError("--inspect only reads; it does not go with \(other.0).")
      }
      return
    }
    guard output != nil else {
      throw ValidationError("Missing expected argument 'OUTPUT', the .pnm file to write.")
    }
    guard printing.format == nil else { throw ValidationError("--format goes with --inspect.") }
    if let network = meaning.network, Network.named(network) == nil {
      let names = Network.all.map(\.name).joined(separator: " or ")
      throw ValidationError("--network is '\(network)', expected \(names).")
    }
    if let threshold = meaning.threshold, !(0...1).contains(threshold) {
      throw ValidationError("--threshold is \(threshold), expected 0 to 1.")
    }
  }

  func run() throws {
    if printing.inspect {
      let inspection = try Inspection(of: input)
      if printing.format == .json {
        StandardStream.output.write(data: inspection.json.indentedText + "\n")
      } else {
        StandardStream.output.write(ConsoleText(lines: inspection.text))
      }
    } else if worker {
      Worker.endWithParent()
      try send(try convert().message)
    } else if let output {
      try checkOutput(output, .model, inputs: [input])
      let product = try convertInWorker()
      do {
        try writeAtomically(product.model, to: output)
      } catch {
        throw Failure(description: error.description)
      }
      StandardStream.output.write(ConsoleText(lines: product.report))
    }
  }

  /// Converts in a child, and in this process where no child can be started.
  private func convertInWorker() throws -> Worker.Product {
    switch Worker.run(["--worker"] + CommandLine.arguments.dropFirst()) {
    case .product(let product): return product
    case .exit(let code): throw ExitCode(code)
    case .signal(let signal):
      throw Failure(
        description: "\(input): \(reason(forSignal: signal, byteCount: fileSize(of: input)))")
    case nil: return try convert()
    }
  }

  private func convert() throws -> Worker.Product {
    let imported = try Worker.limitingResources(
      byteCount: fileSize(of: input)
    ) { () throws(ImportError) in
      try ImportedModel(contentsOf: input, network: meaning.network.flatMap { Network.named($0) })
    }
    let conversion = Conversion(
      preprocessing: meaning.preprocess, labels: meaning.labels.map(Self.names),
      relabels: meaning.relabel, threshold: meaning.threshold,
      precision: (writing.precision ?? .f32).scalarType,
      activation: meaning.activation?.activation,
      card: try writing.card.map { try ModelCard(contentsOf: $0) })
    let result: Conversion.Result
    do throws(ImportError) {
      result = try conversion.model(of: imported)
    } catch {
      throw error.naming(file: input)
    }
    let model = result.model.encoded()
    let report = ConversionReport(
      input: input, output: output ?? "", imported: imported, result: result,
      byteCount: model.count)
    return Worker.Product(report: printing.verbose ? report.longText : report.text, model: model)
  }

  /// The names in a list with commas, without the blanks around them.
  private static func names(_ list: String) -> [String] {
    list.split(separator: ",", omittingEmptySubsequences: false).map { name in
      var name = name.drop { $0 == " " }
      while name.last == " " { name.removeLast() }
      return String(name)
    }
  }

  /// Writes `message` to standard output, where the parent reads.
  private func send(_ message: [UInt8]) throws {
    var done = 0
    while done < message.count {
      let written = message.withUnsafeBytes { bytes in
        write(STDOUT_FILENO, bytes.baseAddress! + done, bytes.count - done)
      }
      guard written >= 0 || errno == EINTR else { throw ExitCode.failure }
      done += max(written, 0)
    }
  }
}

/// What went wrong in the tool itself, after the name of the file.
private struct Failure: Error, CustomStringConvertible {
  let description: String
}

/// Bytes of the file at `path`; 0 where it cannot be examined.
func fileSize(of path: String) -> Int {
  var status = stat()
  return stat(path, &status) == 0 ? Int(status.st_size) : 0
}
