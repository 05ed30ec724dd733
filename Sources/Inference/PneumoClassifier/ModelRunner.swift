import Pneumo
import PneumoConcurrency
import PneumoImaging
import Synchronization

/// Models ready to run on images, and the memory for it.
///
/// Each image is decoded once for each different preprocessing.
package final class ModelRunner: Sendable {
  /// The models, in order.
  package let models: [Model]
  /// Images that may be decoded and run at once.
  package let concurrency: Int
  /// Images that go through the networks together.
  package let batch: Int

  private let groups: [ModelGroup]
  private let flips: Bool
  private let keepsImages: Bool
  private let free = Mutex<[BatchWorker]>([])
  private let preloaded: Mutex<(path: String, tensor: Result<[Float], ImageError>)?>

  /// Prepares models.
  ///
  /// Throws what `Session` throws: a `setting` that cannot be followed, or a model too large.
  ///
  /// - Parameters:
  ///   - firstImage: a file to decode meanwhile, because it will be the first.
  ///   - keepsImages: whether each decoded image is kept until it was looked at. Images are then
  ///     run one at a time.
  package init(
    _ models: [Model], options: Classifier.Options, firstImage: String? = nil,
    keepsImages: Bool = false
  ) throws(ComputeError) {
    let firstImage = keepsImages ? nil : firstImage
    let threads: Int
    do throws(ThreadCountError) {
      threads = try ThreadCount.resolve(options.threads)
    } catch {
      throw ComputeError(.setting, error.description)
    }
    let wanted = max(1, min(options.concurrency ?? threads, ThreadCount.maximum))
    // Fewer images than threads: the threads left over help within an image.
    let perImage = max(1, threads / wanted)
    // As the model is made ready on one thread, another can decode.
    let sessions = Mutex<Result<[Session], ComputeError>?>(nil)
    let tensor = Mutex<Result<[Float], ImageError>?>(nil)
    parallelFor(firstImage == nil ? 1 : 2, threads: threads) { part in
      if part == 0 {
        let made = Result { () throws(ComputeError) in
          try Self.sessions(models, options, threads: perImage)
        }
        sessions.withLock { $0 = made }
      } else if let firstImage {
        let loader = ImageLoader(models[0].preprocessing)
        let loaded = Result { () throws(ImageError) in try loader.load(firstImage) }
        tensor.withLock { $0 = loaded }
      }
    }
    guard let made = sessions.withLock({ $0 }) else { preconditionFailure("both parts were run") }
    groups = ModelGroup.grouping(try made.get())
    self.models = models
    flips = options.flips
    self.keepsImages = keepsImages
    batch = keepsImages ? 1 : groups.flatMap(\.sessions).map(\.batch).max() ?? 1
    let bytes =
      groups.flatMap(\.sessions).reduce(0) { $0 + $1.workspaceByteCount }
      + batch * BatchWorker.byteCount(groups, flips: flips)
    concurrency = max(1, min(wanted, options.memoryLimit / max(bytes, 1)))
    let first = tensor.withLock { $0 }
    preloaded = Mutex(firstImage.flatMap { path in first.map { (path, $0) } })
  }

  private static func sessions(
    _ models: [Model], _ options: Classifier.Options, threads: Int
  ) throws(ComputeError) -> [Session] {
    var sessions: [Session] = []
    for model in models {
      sessions.append(
        try Session(
          model, threads: threads, batch: options.batch, instructionSet: options.instructionSet,
          isProfiling: options.isProfiling))
    }
    return sessions
  }

  /// Time per layer, model by model; empty unless the options asked for it.
  package func profile() -> [LayerProfile] {
    groups.flatMap { $0.sessions.flatMap { $0.profile() } }
  }

  /// For each input the logits of each model, on the calling thread and those of the sessions.
  ///
  /// - Parameters:
  ///   - inputs: at most ``batch``.
  ///   - inspect: is called with each result, and with the image if images are kept.
  @discardableResult
  package func run(
    _ inputs: [BatchInput],
    inspect: (Int, Result<[[Float]], ClassificationError>, DecodedImage?) -> Void = { _, _, _ in }
  ) -> [Result<[[Float]], ClassificationError>] {
    let worker =
      free.withLock { $0.popLast() }
      ?? BatchWorker(groups, flips: flips, keepsImages: keepsImages)
    defer { free.withLock { $0.append(worker) } }
    let results = worker.run(inputs, preloaded: takePreloaded(inputs.first))
    for (index, result) in results.enumerated() { inspect(index, result, worker.decoded) }
    return results
  }

  private func takePreloaded(_ input: BatchInput?) -> Result<[Float], ImageError>? {
    guard case .file(let path)? = input?.source else { return nil }
    return preloaded.withLock { preloaded in
      guard preloaded?.path == path else { return nil }
      defer { preloaded = nil }
      return preloaded?.tensor
    }
  }
}
