import Foundation
import Pneumo
import PneumoConsole
import PneumoImaging
import PneumoPipeline
import PneumoSupport

/// The pipeline of `pneumo-infer` over a folder.
struct OurPipeline {
  /// A .pnm file.
  let model: String
  /// Files of JPEG images are in it.
  let folder: String
  /// Threads that decode and compute.
  let threads: Int
  /// `baseline`, `avx2` or `avx512`.
  let instructionSet: String

  /// Opens the model and classifies all files.
  func run() throws -> PipelineRun {
    var answers: [Double] = []
    var images = 0
    var failure: String?
    let milliseconds = try Timings.time {
      let model = try Model(contentsOf: model)
      let pipeline = try Pipeline(
        model: model, inputs: InputSource([folder]),
        options: .init(threads: threads, instructionSet: instructionSet))
      let hasOneOutput = model.graph.outputShape.count == 1
      pipeline.run { outcomes in
        for outcome in outcomes {
          images += 1
          switch outcome.result {
          case .success(let prediction):
            let probabilities = prediction.probabilities.map(Double.init)
            answers += hasOneOutput ? [probabilities[1]] : probabilities
          case .failure(let reason): failure = failure ?? reason
          }
        }
        return failure == nil
      }
    }
    if let failure { throw BenchError("\(failure); only folders without such files are timed") }
    return PipelineRun(
      pipeline: "Pneumo", images: images, seconds: milliseconds / 1000, exact: true, y: answers)
  }

  /// What one thread takes for the parts of one image's way, medians over all files.
  struct Stages {
    /// How many files.
    let images: Int
    /// Of all files together.
    let bytes: Int
    /// Milliseconds to read, decode, resize and normalise.
    let load: Timings
    /// Milliseconds to compute the answer.
    let infer: Timings

    /// What is printed.
    var text: String {
      let rows = [
        ("read, decode, resize, normalise", load), ("infer", infer),
      ]
      return "\(images) files of \(Format.bytes(bytes / images)) on average; one on one thread:\n"
        + rows.map { name, timings in
          "  \(name): \(Format.fixed(timings.median, 2)) ms "
            + "(p90 \(Format.fixed(timings.percentile(0.9), 2)))\n"
        }.joined()
    }
  }

  /// Goes through all files one by one.
  func stages() throws -> Stages {
    let model = try Model(contentsOf: model)
    let session = try Session(model, threads: 1, instructionSet: instructionSet)
    let loader = ImageLoader(model.preprocessing)
    var inputs = InputSource([folder])
    var (load, infer, bytes) = ([Double](), [Double](), 0)
    var logits = [Float](repeating: 0, count: session.outputCount)
    while let input = inputs.next(1, unless: { false }).first {
      if let error = input.error { throw BenchError(error) }
      bytes += try Data(contentsOf: URL(filePath: input.path)).count
      var tensor: [Float] = []
      load.append(try Timings.time { tensor = try loader.load(input.path) })
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
