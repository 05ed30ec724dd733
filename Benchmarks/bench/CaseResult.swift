import Pneumo
import PneumoConsole
import PneumoSupport

/// What one combination of network, batch and threads gave.
struct CaseResult {
  /// Rows of the images.
  let size: Int
  /// Images of one call.
  let batch: Int
  /// Threads that a call keeps busy.
  let threads: Int
  /// `baseline`, `avx2` or `avx512`.
  let instructionSet: String
  /// Milliseconds to make a session, and those to read the file, where there is one.
  let loadMilliseconds: Double
  /// Milliseconds of the first call.
  let firstMilliseconds: Double
  /// Of the calls after some to warm up.
  let timings: Timings
  /// What the last layer answers to all images.
  let answers: [Float]
  /// The same before its activation.
  let logits: [Float]

  /// Images a second, by the median.
  var imagesPerSecond: Double { Double(batch) / timings.median * 1000 }

  /// One line with the keys of `Benchmarks/peers.py`, and some more.
  var json: JSON {
    .object([
      "peer": "pneumo", "version": .string(Checkout.commit), "size": .int(size),
      "batch": .int(batch), "threads": .int(threads), "ms": rounded(timings.median),
      "p10": rounded(timings.percentile(0.1)), "p90": rounded(timings.percentile(0.9)),
      "images_per_s": rounded(imagesPerSecond, 10), "runs": .int(timings.milliseconds.count),
      "y0": rounded(Double(answers[0]), 1_000_000), "y": .array(answers.map(JSON.float)),
      "logits": .array(logits.map(JSON.float)),
      "isa": .string(instructionSet), "p99": rounded(timings.percentile(0.99)),
      "load_ms": rounded(loadMilliseconds), "first_ms": rounded(firstMilliseconds),
    ])
  }

  private func rounded(_ value: Double, _ parts: Double = 1000) -> JSON {
    .double((value * parts).rounded() / parts)
  }
}

extension CaseResult {
  /// Makes a session, checks what it answers, and times it.
  static func measure(
    _ workload: Workload, batch: Int, threads: Int, instructionSet: String?, seconds: Double
  ) throws -> CaseResult {
    let model = workload.model
    let input = ReferenceNetwork.input(model.preprocessing, images: batch)
    var session: Session?
    let load = try Timings.time {
      session = try Session(model, threads: threads, instructionSet: instructionSet)
    }
    guard let session else { preconditionFailure("made or thrown") }
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
      timings: timings, answers: outputs(logits, of: model), logits: logits)
  }

  /// What the last layer makes of logits.
  static func outputs(_ logits: [Float], of model: Model) -> [Float] {
    let count = model.graph.outputShape.count
    return stride(from: 0, to: logits.count, by: count).flatMap { first in
      let prediction = Prediction(logits: Array(logits[first..<first + count]), model: model)
      // One output is the probability of the second label.
      return count == 1 ? [prediction.probabilities[1]] : prediction.probabilities
    }
  }
}
