import Dispatch
import Pneumo
import PneumoConcurrency
import PneumoConsole
import PneumoImaging
import Synchronization

/// Decodes, resizes and classifies images on several threads, and answers in input order.
///
/// Each thread takes a few neighbouring images, decodes them and sends them through the network
/// as one batch. So threads never wait for each other, one decodes while another computes, and
/// memory stays the same for any number of images. Towards the end of a list threads take fewer, so
/// that all of them finish together. The first image is decoded while the model is made ready.
package final class Pipeline: Sendable {
  /// How the work is done. Answers depend on `threshold` and `flips` alone.
  package struct Options: Sendable {
    /// Threads that decode and compute; `nil` is what the process may use.
    package var threads: Int?
    /// Images that go through the network together; `nil` chooses by itself.
    package var batch: Int?
    /// Probability above which the positive class is chosen; `nil` is that of the models.
    package var threshold: Float?
    /// `baseline`, `avx2` or `avx512`; `nil` is the best one.
    package var instructionSet: String?
    /// Whether each answer is the mean of the logits of the image and of its mirror image.
    package var flips: Bool
    /// Whether ``Pipeline/profile()`` is wanted.
    package var isProfiling: Bool

    /// See the properties.
    package init(
      threads: Int? = nil, batch: Int? = nil, threshold: Float? = nil,
      instructionSet: String? = nil, flips: Bool = false, isProfiling: Bool = false
    ) {
      self.threads = threads
      self.batch = batch
      self.threshold = threshold
      self.instructionSet = instructionSet
      self.flips = flips
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
  private let groups: [ModelGroup]
  private let flips: Bool
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
  package convenience init(
    model: Model, inputs: InputSource, options: Options = Options()
  ) throws(ComputeError) {
    try self.init(models: [model], inputs: inputs, options: options)
  }

  /// Makes models ready to classify `inputs` together: by the mean of their logits, with the threshold
  /// of ``ensembleThreshold(_:)``.
  ///
  /// Each image is decoded once for each different preprocessing.
  ///
  /// Throws a `setting` too without a model, or where labels, their order or the numbers of outputs
  /// differ.
  package init(
    models: [Model], inputs: InputSource, options: Options = Options()
  ) throws(ComputeError) {
    guard let model = models.first,
      models.allSatisfy({
        $0.labels == model.labels && $0.graph.outputShape == model.graph.outputShape
      })
    else {
      throw ComputeError(
        .setting, "an ensemble takes models with the same labels, in the same order, and outputs")
    }
    let threads: Int
    do throws(ThreadCountError) {
      threads = try ThreadCount.resolve(options.threads)
    } catch {
      throw ComputeError(.setting, error.description)
    }
    let wanted = max(1, min(threads, inputs.count ?? threads))
    let share = ((inputs.count ?? .max) - 1) / wanted + 1
    first = threads > 1 ? inputs.first.map { FirstImage($0.path, model.preprocessing) } : nil
    // Fewer images than threads: the threads left over help within an image.
    var sessions: [Session] = []
    for model in models {
      sessions.append(
        try Session(
          model, threads: threads / wanted, batch: options.batch.map { max(1, min($0, share)) },
          instructionSet: options.instructionSet, isProfiling: options.isProfiling))
    }
    groups = ModelGroup.grouping(sessions)
    flips = options.flips
    let batch = sessions.map(\.batch).max() ?? 1
    chunkSize = max(1, min(batch, share))
    let bytes =
      sessions.reduce(0) { $0 + $1.workspaceByteCount }
      + chunkSize * ChunkWorker.floatCount(groups, flips: flips) * MemoryLayout<Float>.stride
    workers = max(1, min(wanted, Self.memoryLimit / bytes))
    self.model = model
    threshold = options.threshold ?? ensembleThreshold(models.map(\.threshold))
    source = Mutex(Source(inputs: inputs, left: inputs.count))
    progress = Mutex(Progress(runningWorkers: workers))
  }

  /// Runs until all inputs are done, `consume` answers false, or the user interrupts.
  ///
  /// - Parameter consume: is passed the outcomes of some inputs, in input order, on the calling
  ///   thread; answers whether it wants more.
  package func run(_ consume: ([Outcome]) -> Bool) {
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

  /// Time per kernel, model by model; empty unless the options asked for it.
  package func profile() -> [LayerProfile] {
    groups.flatMap { $0.sessions.flatMap { $0.profile() } }
  }

  private func cancel() {
    isCancelled.store(true, ordering: .relaxed)
    for _ in 0..<workers { room.signal() }  // whoever waits for room sees that it is over
  }

  private func work() {
    let worker = ChunkWorker(groups, chunkSize: chunkSize, flips: flips)
    while true {
      room.wait()
      guard let chunk = nextChunk() else { break }
      let outcomes = classify(chunk, worker)
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

  private func classify(_ chunk: Chunk, _ worker: ChunkWorker) -> [Outcome] {
    let answers = worker.answer(chunk.inputs, first: chunk.number == 0 ? first : nil)
    return zip(chunk.inputs, answers).map { input, answer in
      switch answer {
      case .failure(let failure):
        return Outcome(path: input.path, result: .failure(failure.reason))
      case .success(let logits):
        do throws(ComputeError) {
          return Outcome(
            path: input.path,
            result: .success(
              try Prediction(logits: logits, model: model, threshold: threshold)))
        } catch {
          return Outcome(
            path: input.path, result: .failure("\(input.path): \(error.description)"))
        }
      }
    }
  }
}
