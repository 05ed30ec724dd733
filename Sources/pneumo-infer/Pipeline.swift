import Dispatch
import Pneumo
import PneumoConsole
import PneumoImaging
import Synchronization

/// What became of one input.
struct Outcome: Sendable {
  let path: String
  let result: Result

  enum Result: Sendable {
    case success(Prediction)
    /// One sentence that names the file.
    case failure(String)
  }
}

/// Decodes, resizes and classifies images on several threads, and answers in input order.
///
/// Each thread takes a few neighbouring images, decodes them and sends them through the network
/// as one batch. So threads never wait for each other, one decodes while another computes, and
/// memory stays the same for any number of images.
final class Pipeline: Sendable {
  struct Options {
    var threads: Int?
    var batch: Int?
    var threshold: Float?
    var instructionSet: String?
    var isProfiling = false
  }

  private struct Progress {
    /// Finished chunks that wait for earlier ones, by number.
    var finished: [Int: [Outcome]] = [:]
    var runningWorkers: Int
  }

  private let model: Model
  private let inputs: [Input]
  private let session: Session
  private let threshold: Float?
  private let workers: Int
  private let chunkSize: Int
  private let nextChunk = Atomic(0)
  private let isCancelled = Atomic(false)
  private let progress: Mutex<Progress>
  private let hasNews = DispatchSemaphore(value: 0)

  /// Images per batch where nobody says. Larger ones gain little and take more memory.
  private static let usualBatch = 8

  init(model: Model, inputs: [Input], options: Options) throws(ComputeError) {
    let threads =
      if let threads = options.threads { threads } else { try ThreadCount.preferred() }
    self.model = model
    self.inputs = inputs
    threshold = options.threshold
    workers = max(1, min(threads, inputs.count))
    let share = (inputs.count + workers - 1) / workers
    chunkSize = options.batch ?? max(1, min(Self.usualBatch, share))
    // Fewer images than threads: the threads left over help within an image.
    session = try Session(
      model, threads: threads / workers, batch: chunkSize,
      instructionSet: options.instructionSet, isProfiling: options.isProfiling)
    progress = Mutex(Progress(runningWorkers: workers))
  }

  /// Runs until all inputs are done, `consume` answers false, or the user interrupts.
  ///
  /// - Parameter consume: is passed the outcomes of some inputs, in input order, on the calling
  ///   thread; answers whether it wants more.
  func run(_ consume: ([Outcome]) -> Bool) {
    for _ in 0..<workers { DispatchQueue.global().async { self.work() } }
    var nextToConsume = 0
    while true {
      _ = hasNews.wait(timeout: .now() + .milliseconds(100))
      if Interrupt.isRequested { isCancelled.store(true, ordering: .relaxed) }
      let (ready, isOver) = progress.withLock { progress in
        var ready: [[Outcome]] = []
        while let outcomes = progress.finished.removeValue(forKey: nextToConsume) {
          ready.append(outcomes)
          nextToConsume += 1
        }
        return (ready, progress.runningWorkers == 0)
      }
      for outcomes in ready where !consume(outcomes) {
        isCancelled.store(true, ordering: .relaxed)
      }
      if isOver { return }
    }
  }

  /// Time per kernel; empty unless the options asked for it.
  func profile() -> [LayerProfile] { session.profile() }

  private func work() {
    let loader = ImageLoader(model.preprocessing)
    var memory = [Float](repeating: 0, count: chunkSize * session.inputCount)
    while !isCancelled.load(ordering: .relaxed) {
      let chunk = nextChunk.wrappingAdd(1, ordering: .relaxed).oldValue
      let first = chunk * chunkSize
      guard first < inputs.count else { break }
      let slice = inputs[first..<min(first + chunkSize, inputs.count)]
      let outcomes = classify(slice, loader, &memory)
      progress.withLock { $0.finished[chunk] = outcomes }
      hasNews.signal()
    }
    progress.withLock { $0.runningWorkers -= 1 }
    hasNews.signal()
  }

  private func classify(
    _ inputs: ArraySlice<Input>, _ loader: ImageLoader, _ memory: inout [Float]
  ) -> [Outcome] {
    // The images that could be read stand in `memory` one after the other.
    var failures: [String?] = []
    var loaded = 0
    let size = session.inputCount
    memory.withUnsafeMutableBufferPointer { memory in
      for input in inputs {
        var failure = input.error
        if failure == nil {
          let place = UnsafeMutableBufferPointer(
            rebasing: memory[loaded * size..<(loaded + 1) * size])
          do throws(ImageError) {
            try loader.load(input.path, into: place)
            loaded += 1
          } catch {
            failure = error.description
          }
        }
        failures.append(failure)
      }
    }
    var predictions: ArraySlice<Prediction> = []
    do {
      predictions = try session.predict(Array(memory[..<(loaded * size)]), threshold: threshold)[
        ...]
    } catch {
      failures = inputs.map { "\($0.path): \(error)" }
    }
    return zip(inputs, failures).map { input, failure in
      Outcome(
        path: input.path,
        result: failure.map { .failure($0) } ?? .success(predictions.removeFirst()))
    }
  }
}
