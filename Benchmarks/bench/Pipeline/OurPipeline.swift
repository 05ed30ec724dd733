import Foundation
import Pneumo
import PneumoClassifier
import PneumoConsole
import PneumoImaging
import PneumoSupport
import PneumoSystem

/// What `pneumo-infer` does, run over a folder.
struct OurPipeline {
  /// The path of a .pnm file.
  let model: String
  /// A folder of JPEG files.
  let folder: String
  /// Threads for decoding and inference.
  let threads: Int
  /// `baseline`, `avx2` or `avx512`.
  let instructionSet: String

  /// Opens the model and classifies all files.
  func run() throws -> PipelineRun {
    var outputs: [Double] = []
    var images = 0
    var failure: String?
    let milliseconds = try Timings.time {
      let model = try Model(contentsOf: model)
      let paths = FolderWalk(folder).images
      guard !paths.isEmpty else { throw BenchError("\(folder): no .jpeg or .jpg files") }
      var options = Classifier.Options()
      options.threads = threads
      options.instructionSet = instructionSet
      let classifier = try Classifier(
        [model], options: options, firstImage: paths.first, keepsImages: false)
      let hasOneOutput = model.graph.outputShape.count == 1
      classifier.run(ModelRunner.Inputs(paths), unless: { false }) { outcomes in
        for outcome in outcomes {
          images += 1
          switch outcome.result {
          case .success(let found):
            let probabilities = found.prediction.probabilities.map(Double.init)
            outputs += hasOneOutput ? [probabilities[1]] : probabilities
          case .failure(let error): failure = failure ?? error.description
          }
        }
        return failure == nil
      }
    }
    if let failure { throw BenchError("\(failure); remove such files from the folder to time it") }
    return PipelineRun(
      pipeline: "Pneumo", images: images, seconds: milliseconds / 1000, exact: true, y: outputs)
  }

  /// The time that each stage of the pipeline takes for one image on one thread.
  struct Stages {
    /// The number of files.
    let images: Int
    /// The total size of all files.
    let bytes: Int
    /// Milliseconds to read, decode, resize and normalize.
    let load: Timings
    /// Milliseconds to run the network.
    let infer: Timings

    /// The stages as `bench` prints them.
    var text: String {
      let rows = [
        ("read, decode, resize, normalize", load), ("infer", infer),
      ]
      return "\(images) files, \(Format.bytes(bytes / images)) on average; one file, one thread:\n"
        + rows.map { name, timings in
          "  \(name): \(Format.fixed(timings.median, 2)) ms "
            + "(p90 \(Format.fixed(timings.percentile(0.9), 2)))\n"
        }.joined()
    }
  }

  /// Times each stage for all files, one by one.
  func stages() throws -> Stages {
    let model = try Model(contentsOf: model)
    let session = try Session(model, threads: 1, instructionSet: instructionSet)
    let loader = ImageLoader(model.preprocessing)
    var (load, infer, bytes) = ([Double](), [Double](), 0)
    var logits = [Float](repeating: 0, count: session.outputCount)
    for path in FolderWalk(folder).images {
      bytes += try Data(contentsOf: URL(filePath: path)).count
      var tensor: [Float] = []
      load.append(try Timings.time { tensor = try loader.load(path) })
      infer.append(
        try Timings.time {
          try tensor.withUnsafeBufferPointer { tensor in
            try logits.withUnsafeMutableBufferPointer { try session.run(tensor, logits: $0) }
          }
        })
    }
    guard !load.isEmpty else { throw BenchError("\(folder): no .jpeg or .jpg files") }
    return Stages(
      images: load.count, bytes: bytes,
      load: Timings(milliseconds: load), infer: Timings(milliseconds: infer))
  }
}
