import Dispatch
import Pneumo
import PneumoConsole
import PneumoImaging
import Synchronization

/// Decodes, resizes and classifies images on several threads, and answers in input order.
///
/// Each thread takes a few neighbouring images, decodes them and sends them through the network
/// as one batch. So threads never wait for each other, one decodes while another computes, and
/// memory stays the same for any number of images. Towards the end of a list threads take fewer, so
/// that all of them finish together. The first image is decoded while the model is made ready.
public final class Pipeline: Sendable {
  /// How the work is done. Answers depend on `threshold` alone.
  public struct Options: Sendable {
    /// Threads that decode and compute; `nil` is what the process may use.
    public var threads: Int?
    /// Images that go through the network together; `nil` chooses by itself.
    public var batch: Int?
    /// Probability above which the positive class is chosen; `nil` is the model's.
    public var threshold: Float?
    /// `baseline`, `avx2` or `avx512`; `nil` is the best one.
    public var instructionSet: String?
    /// Whether ``Pipeline/profile()`` is wanted.
    public var isProfiling: Bool

    /// See the properties.
    public init(
      threads: Int? = nil, batch: Int? = nil, threshold: Float? = nil,
      instructionSet: String? = nil, isProfiling: Bool = false
    ) {
      self.threads = threads
      self.batch = batch
      self.threshold = threshold
      self.instructionSet = instructionSet
      self.isProfiling = isProfiling
    }
  }

  private struct Progress {
    /// Finished chunks that wait for earlier ones, by number.
    var finished: [Int: [Outcome]] = [:]
    var runningWorkers: Int
  }

  private struct Source: Sendable {
    var inputs: InputSource
    var chunks = 0
    /// Inputs not yet taken; `nil` where that is not known.
    var left: Int?
  }

  /// A few neighbouring inputs.
  private struct Chunk {
    let number: Int
    let inputs: [Input]
  }

  private let model: Model
  private let session: Session
  private let first: FirstImage?
  private let threshold: Float?
  private let workers: Int
  private let chunkSize: Int
  private let source: Mutex<Source>
  private let isCancelled = Atomic(false)
  private let progress: Mutex<Progress>
  private let hasNews = DispatchSemaphore(value: 0)
  /// One for each chunk that may be in work or wait for its turn, so that a reader who stalls does
  /// not make answers pile up.
  private let room = DispatchSemaphore(value: 0)

  /// Bytes that all threads together may work in, unless one alone needs more.
  private static let memoryLimit = 1 << 31

  /// Makes `model` ready to classify `inputs`.
  ///
  /// Throws what `Session` throws: a `setting` that cannot be followed, or a model too large.
  public init(
    model: Model, inputs: InputSource, options: Options = Options()
  ) throws(ComputeError) {
    let threads =
      if let threads = options.threads { threads } else { try ThreadCount.preferred() }
    let wanted = max(1, min(threads, inputs.count ?? threads))
    let share = ((inputs.count ?? .max) - 1) / wanted + 1
    first = threads > 1 ? inputs.first.map { FirstImage($0.path, model.preprocessing) } : nil
    // Fewer images than threads: the threads left over help within an image.
    session = try Session(
      model, threads: threads / wanted, batch: options.batch.map { max(1, min($0, share)) },
      instructionSet: options.instructionSet, isProfiling: options.isProfiling)
    chunkSize = max(1, min(session.batch, share))
    let bytes = session.workspaceByteCount + chunkSize * session.inputCount * 4
    workers = max(1, min(wanted, Self.memoryLimit / bytes))
    self.model = model
    threshold = options.threshold
    source = Mutex(Source(inputs: inputs, left: inputs.count))
    progress = Mutex(Progress(runningWorkers: workers))
  }

  /// Runs until all inputs are done, `consume` answers false, or the user interrupts.
  ///
  /// - Parameter consume: is passed the outcomes of some inputs, in input order, on the calling
  ///   thread; answers whether it wants more.
  public func run(_ consume: ([Outcome]) -> Bool) {
    for _ in 0..<4 * workers { room.signal() }
    for _ in 0..<workers { DispatchQueue.global().async { self.work() } }
    var nextToConsume = 0
    while true {
      _ = hasNews.wait(timeout: .now() + .milliseconds(100))
      if Interrupt.isRequested { cancel() }
      let (ready, isOver) = progress.withLock { progress in
        var ready: [[Outcome]] = []
        while let outcomes = progress.finished.removeValue(forKey: nextToConsume) {
          ready.append(outcomes)
          nextToConsume += 1
        }
        return (ready, progress.runningWorkers == 0)
      }
      for outcomes in ready {
        if !consume(outcomes) { cancel() }
        room.signal()
      }
      if isOver { return }
    }
  }

  /// Time per kernel; empty unless the options asked for it.
  public func profile() -> [LayerProfile] { session.profile() }

  private func cancel() {
    isCancelled.store(true, ordering: .relaxed)
    for _ in 0..<workers { room.signal() }  // whoever waits for room sees that it is over
  }

  private func work() {
    let loader = ImageLoader(model.preprocessing)
    var memory = [Float](repeating: 0, count: chunkSize * session.inputCount)
    var logits = [Float](repeating: 0, count: chunkSize * session.outputCount)
    while true {
      room.wait()
      guard let chunk = nextChunk() else { break }
      let outcomes = classify(chunk, loader, &memory, &logits)
      progress.withLock { $0.finished[chunk.number] = outcomes }
      hasNews.signal()
    }
    room.signal()
    progress.withLock { $0.runningWorkers -= 1 }
    hasNews.signal()
  }

  private var shouldStop: Bool {
    isCancelled.load(ordering: .relaxed) || Interrupt.isRequested
  }

  private func nextChunk() -> Chunk? {
    source.withLock { source in
      guard !shouldStop else { return nil }
      // Half of this thread's share of what is left: the last chunks are small.
      let share = source.left.map { $0 / (2 * workers) } ?? chunkSize
      let inputs = source.inputs.next(max(1, min(share, chunkSize))) { shouldStop }
      guard !inputs.isEmpty else { return nil }
      source.left? -= inputs.count
      defer { source.chunks += 1 }
      return Chunk(number: source.chunks, inputs: inputs)
    }
  }

  private func classify(
    _ chunk: Chunk, _ loader: ImageLoader, _ memory: inout [Float], _ logits: inout [Float]
  ) -> [Outcome] {
    let inputs = chunk.inputs
    // The images that could be read stand in `memory` one after the other.
    let size = session.inputCount
    var failures: [String?] = []
    var loaded = 0
    memory.withUnsafeMutableBufferPointer { memory in
      for (index, input) in inputs.enumerated() {
        var failure = input.error
        if failure == nil {
          let place = UnsafeMutableBufferPointer(
            rebasing: memory[loaded * size..<(loaded + 1) * size])
          do throws(ImageError) {
            if let first, chunk.number == 0, index == 0 {
              try first.write(into: place)
            } else {
              try loader.load(input.path, into: place)
            }
            loaded += 1
          } catch {
            failure = error.description
          }
        }
        failures.append(failure)
      }
      let images = UnsafeBufferPointer(rebasing: memory[..<(loaded * size)])
      logits.withUnsafeMutableBufferPointer { logits in
        do {
          let answers = logits[..<(loaded * session.outputCount)]
          try session.run(images, logits: UnsafeMutableBufferPointer(rebasing: answers))
        } catch {
          failures = inputs.map { "\($0.path): \(error)" }
        }
      }
    }
    var answer = 0
    return zip(inputs, failures).map { input, failure in
      if let failure { return Outcome(path: input.path, result: .failure(failure)) }
      let range = answer * session.outputCount..<(answer + 1) * session.outputCount
      answer += 1
      return Outcome(path: input.path, result: result(of: logits[range], path: input.path))
    }
  }

  private func result(of logits: ArraySlice<Float>, path: String) -> Outcome.Result {
    guard logits.allSatisfy(\.isFinite) else {
      return .failure("\(path): the network's answer is no number: its sums overflow on this image")
    }
    return .success(Prediction(logits: Array(logits), model: model, threshold: threshold))
  }
}
