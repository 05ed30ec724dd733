import Pneumo
import PneumoConsole
import PneumoSupport

/// The measurements of one combination of network, batch size and thread count.
struct CaseResult {
  /// Image height in pixels.
  let size: Int
  /// Images per call.
  let batch: Int
  /// Threads that a call may use.
  let threads: Int
  /// `baseline`, `avx2` or `avx512`.
  let instructionSet: String
  /// Milliseconds to create a session, plus those to read the model file if there is one.
  let loadMilliseconds: Double
  /// Milliseconds of the first call.
  let firstMilliseconds: Double
  /// Timings of the calls after warm-up.
  let timings: Timings
  /// The network's outputs for all images.
  let outputs: [Float]
  /// The same before the final activation.
  let logits: [Float]

  /// Images per second, from the median.
  var imagesPerSecond: Double { Double(batch) / timings.median * 1000 }

  /// A JSON object with the keys that `Benchmarks/peers.py` prints, plus a few more.
  var json: JSON {
    .object([
      "peer": "pneumo", "version": .string(Checkout.commit), "size": .int(size),
      "batch": .int(batch), "threads": .int(threads), "ms": rounded(timings.median),
      "p10": rounded(timings.percentile(0.1)), "p90": rounded(timings.percentile(0.9)),
      "images_per_s": rounded(imagesPerSecond, 10), "runs": .int(timings.milliseconds.count),
      "y0": rounded(Double(outputs[0]), 1_000_000), "y": .array(outputs.map(JSON.float)),
      "logits": .array(logits.map(JSON.float)),
      "isa": .string(instructionSet), "p99": rounded(timings.percentile(0.99)),
      "load_ms": rounded(loadMilliseconds), "first_ms": rounded(firstMilliseconds),
    ])
  }

  private func rounded(_ value: Double, _ scale: Double = 1000) -> JSON {
    .double((value * scale).rounded() / scale)
  }
}

extension CaseResult {
  /// Creates a session, checks its logits against the expected ones, then times it.
  static func measure(
    _ workload: Workload, batch: Int, threads: Int, instructionSet: String?, seconds: Double
  ) throws -> CaseResult {
    let model = workload.model
    let input = ReferenceNetwork.input(model.preprocessing, images: batch)
    var session: Session?
    let load = try Timings.time {
      session = try Session(model, threads: threads, instructionSet: instructionSet)
    }
    guard let session else { preconditionFailure("created or thrown") }
    var logits = [Float](repeating: 0, count: batch * session.outputCount)
    let call = {
      try input.withUnsafeBufferPointer { input in
        try logits.withUnsafeMutableBufferPointer { try session.run(input, logits: $0) }
      }
    }
    let first = try Timings.time(call)
    _ = try workload.expectation.check(
      logits, of: "\(workload.name), \(session.instructionSet), \(threads) threads")
    let timings = try Timings.measure(seconds: seconds, call)
    return CaseResult(
      size: workload.size, batch: batch, threads: threads,
      instructionSet: session.instructionSet,
      loadMilliseconds: load + (workload.readMilliseconds ?? 0), firstMilliseconds: first,
      timings: timings, outputs: try outputs(logits, of: model), logits: logits)
  }

  /// Applies the final activation to logits.
  static func outputs(_ logits: [Float], of model: Model) throws(ComputeError) -> [Float] {
    let count = model.graph.outputShape.count
    var outputs: [Float] = []
    for first in stride(from: 0, to: logits.count, by: count) {
      let prediction = try Prediction(logits: Array(logits[first..<first + count]), model: model)
      // One output is the probability of the second label.
      outputs += count == 1 ? [prediction.probabilities[1]] : prediction.probabilities
    }
    return outputs
  }
}
