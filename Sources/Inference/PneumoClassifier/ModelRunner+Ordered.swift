import PneumoConcurrency
import Synchronization

extension ModelRunner {
  /// Where inputs come from.
  package struct Inputs {
    /// How many there are, if that is known.
    let count: Int?
    /// The next inputs, at most as many as asked for; none at the end. Called by one thread at a time.
    let next: (Int) -> [BatchInput]

    package init(count: Int?, next: @escaping (Int) -> [BatchInput]) {
      self.count = count
      self.next = next
    }

    /// Files.
    package init(_ paths: [String]) {
      var rest = paths[...]
      self.init(count: paths.count) { limit in
        defer { rest = rest.dropFirst(limit) }
        return rest.prefix(limit).map { BatchInput(.file($0)) }
      }
    }
  }

  /// Runs all inputs, several at once, and passes on the outcomes in the order of the inputs.
  ///
  /// Each worker takes a few neighboring inputs and runs them as one batch. So workers never wait
  /// for each other, one decodes while another computes, and memory does not grow with the number of
  /// inputs. Toward the end workers take fewer, so that they all finish together.
  ///
  /// - Parameters:
  ///   - shouldStop: is asked between batches; after `true`, the rest is left out.
  ///   - inspect: is called by the worker for each input as soon as its logits are known, out of
  ///     order and at the same time as others; with the image, if images are kept.
  ///   - consume: receives the outcomes of some inputs, in order. It is called by one worker at a
  ///     time, and returns whether it wants more.
  package func run(
    _ inputs: Inputs, unless shouldStop: @Sendable () -> Bool,
    inspect: @Sendable (Outcome<[[Float]]>, DecodedImage?) -> Void = { _, _ in },
    consume: ([Outcome<[[Float]]>]) -> Bool
  ) {
    let workers = max(1, min(concurrency, inputs.count ?? .max))
    withoutActuallyEscaping(consume) { consume in
      // SAFETY: `next` is called with `source` locked and `consume` with `consumer` locked.
      nonisolated(unsafe) let (inputs, consume) = (inputs, consume)
      let run = OrderedRun(workers: workers, batch: batch, inputs: inputs, consume: consume)
      withWorkers(workers) { _ in
        while !shouldStop(), let batch = run.take() {
          var outcomes: [Outcome<[[Float]]>] = []
          self.run(batch.inputs) { offset, result, decoded in
            let outcome = Outcome(
              index: batch.first + offset, file: batch.inputs[offset].file, result: result)
            inspect(outcome, decoded)
            outcomes.append(outcome)
          }
          run.pass(outcomes)
        }
      }
    }
  }
}

/// What became of an input.
package struct Outcome<Value: Sendable>: Sendable {
  /// The number of the input.
  package let index: Int
  /// The file, where there is one.
  package let file: String?
  /// What was computed, or why there is nothing.
  package let result: Result<Value, ClassificationError>
}

/// What the workers of a run share.
private final class OrderedRun: Sendable {
  typealias Outcome = PneumoClassifier.Outcome<[[Float]]>

  struct Batch {
    /// The number of the first input.
    let first: Int
    let inputs: [BatchInput]
  }

  private struct Source {
    var taken = 0
    var isAtEnd = false
  }

  private struct Waiting {
    /// Outcomes that wait for earlier ones, by the number of their first input.
    var outcomes: [Int: [Outcome]] = [:]
    var passed = 0
    var isConsuming = false
  }

  private let workers: Int
  private let batch: Int
  // SAFETY: used while `source` is locked.
  private nonisolated(unsafe) let inputs: ModelRunner.Inputs
  // SAFETY: used by the worker that has set `isConsuming`.
  private nonisolated(unsafe) let consume: ([Outcome]) -> Bool
  private let source = Mutex(Source())
  private let waiting = Mutex(Waiting())
  private let isOver = Atomic(false)

  init(
    workers: Int, batch: Int, inputs: ModelRunner.Inputs, consume: @escaping ([Outcome]) -> Bool
  ) {
    self.workers = workers
    self.batch = batch
    self.inputs = inputs
    self.consume = consume
  }

  /// The next inputs; `nil` at the end.
  func take() -> Batch? {
    // Outcomes must not pile up behind a reader who stalls, or behind one input that takes long.
    waitBriefly { isOver.load(ordering: .relaxed) || hasRoom }
    return source.withLock { source in
      guard !source.isAtEnd, !isOver.load(ordering: .relaxed) else { return nil }
      // Half of this worker's share of what is left: the last batches are small.
      let share = inputs.count.map { ($0 - source.taken) / (2 * workers) } ?? batch
      let found = inputs.next(max(1, min(share, batch)))
      guard !found.isEmpty else {
        source.isAtEnd = true
        return nil
      }
      defer { source.taken += found.count }
      return Batch(first: source.taken, inputs: found)
    }
  }

  private var hasRoom: Bool { waiting.withLock { $0.outcomes.count < 4 * workers } }

  /// Passes on outcomes whose turn it is, of this worker and of others; keeps the rest.
  func pass(_ outcomes: [Outcome]) {
    waiting.withLock { $0.outcomes[outcomes[0].index] = outcomes }
    while let ready = takeReady() {
      if !consume(ready) { isOver.store(true, ordering: .relaxed) }
      waiting.withLock { $0.isConsuming = false }
    }
  }

  /// The outcomes whose turn it is. The caller must consume them, and no other worker does meanwhile.
  private func takeReady() -> [Outcome]? {
    waiting.withLock { waiting in
      guard !waiting.isConsuming, !isOver.load(ordering: .relaxed) else { return nil }
      var ready: [Outcome] = []
      while let next = waiting.outcomes.removeValue(forKey: waiting.passed) {
        ready += next
        waiting.passed += next.count
      }
      waiting.isConsuming = !ready.isEmpty
      return ready.isEmpty ? nil : ready
    }
  }
}
