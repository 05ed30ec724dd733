@_exported import Pneumo
@_exported import PneumoImaging

/// Classifies JPEG images with a frozen model, or with several as an ensemble.
///
/// ```swift
/// let classifier = try Classifier(contentsOf: "Models/pneumo.pnm")
/// let result = try await classifier.classify(contentsOf: "xray.jpeg")
/// print(result.prediction.label, result.prediction.probability)
/// ```
///
/// Make one and share it: a classifier is `Sendable`, and any number of tasks may use it at the same
/// time. Of those, ``Options/concurrency`` images are in work at once, and the other tasks wait
/// without blocking a thread. The predictions for an image depend on the models, the threshold and
/// ``Options/flips`` alone: never on threads, batches, or what else is in work.
public final class Classifier: Sendable {
  /// How a classifier works.
  public struct Options: Hashable, Sendable {
    /// Threads that decode and compute. By default, all that the process may use, or
    /// `PNEUMO_NUM_THREADS`.
    public var threads: Int?
    /// Images that are in work at once; each gets an equal share of the threads. By default, as many
    /// as there are threads, which gives the highest throughput; 1 gives the lowest latency.
    public var concurrency: Int?
    /// Images of a sequence that go through the network together. By default, it is chosen by
    /// memory.
    public var batch: Int?
    /// The positive class is chosen if its probability is greater than this. By default, it is the
    /// model's threshold; for an ensemble, the mean of the thresholds as logits.
    public var threshold: Float?
    /// `baseline`, `avx2` or `avx512`. By default, the best one that the CPU supports, or `PNEUMO_ISA`.
    public var instructionSet: String?
    /// Whether logits are the mean for the image and its mirror image.
    public var flips = false
    /// Whether to measure the time of each layer.
    package var isProfiling = false
    /// Bytes for tensors that all images in work may take together. Fewer are in work at once if
    /// they would need more, but always one.
    public var memoryLimit = 1 << 31

    /// The defaults.
    public init() {}
  }

  /// The model, or the first of an ensemble, whose labels all have.
  public let model: Model
  /// The probability above which the positive class is chosen.
  public let threshold: Float
  /// Images that are in work at once.
  public var concurrency: Int { runner.concurrency }

  let runner: ModelRunner
  private let slots: Slots

  /// Opens a model file.
  ///
  /// - Parameters:
  ///   - path: a `.pnm` file.
  ///   - options: how to work.
  ///
  /// Throws a `ModelError` if the file cannot be read, and a `ComputeError` if an option cannot be
  /// followed or the model is too large.
  public convenience init(contentsOf path: String, options: Options = Options()) throws {
    try self.init([try Model(contentsOf: path)], options: options)
  }

  /// Prepares models, which are evaluated together: predictions follow from the mean of their logits.
  ///
  /// - Parameters:
  ///   - models: one or more, with the same labels in the same order.
  ///   - options: how to work.
  ///
  /// Throws a `setting` if the models do not fit together or an option cannot be followed, and
  /// `tooLarge` or `outOfMemory` if there is not enough memory for a model.
  public convenience init(
    _ models: [Model], options: Options = Options()
  ) throws(ComputeError) {
    try self.init(models, options: options, firstImage: nil, keepsImages: false)
  }

  /// - Parameters:
  ///   - firstImage: see `ModelRunner`.
  ///   - keepsImages: see `ModelRunner`.
  package init(
    _ models: [Model], options: Options, firstImage: String?, keepsImages: Bool
  ) throws(ComputeError) {
    guard let model = models.first,
      models.allSatisfy({
        $0.labels == model.labels && $0.graph.outputShape == model.graph.outputShape
      })
    else {
      throw ComputeError(
        .setting,
        "an ensemble needs models with the same labels, in the same order, and the same outputs")
    }
    if let threshold = options.threshold, !(0...1).contains(threshold) {
      throw ComputeError(.setting, "a threshold of \(threshold), expected 0 to 1")
    }
    runner = try ModelRunner(
      models, options: options, firstImage: firstImage, keepsImages: keepsImages)
    self.model = model
    threshold = options.threshold ?? ensembleThreshold(models.map(\.threshold))
    slots = Slots(runner.concurrency)
  }

  /// Classifies the image in `bytes`, a whole JPEG file.
  ///
  /// Throws `canceled` if the task is canceled before the image has its turn.
  public func classify(_ bytes: [UInt8]) async throws(ClassificationError) -> Classification {
    try await classify(BatchInput(.bytes(bytes)))
  }

  /// Classifies the JPEG file at `path`.
  ///
  /// Throws `canceled` if the task is canceled before the image has its turn.
  public func classify(
    contentsOf path: String
  ) async throws(ClassificationError) -> Classification {
    try await classify(BatchInput(.file(path)))
  }

  private func classify(
    _ input: BatchInput
  ) async throws(ClassificationError) -> Classification {
    try await classify([input])[0].get()
  }

  /// The same for as many inputs as the runner takes at once.
  func classify(
    _ inputs: [BatchInput]
  ) async -> [Result<Classification, ClassificationError>] {
    guard await slots.take() else { return inputs.map { _ in .failure(.canceled) } }
    defer { slots.giveBack() }
    return runner.run(inputs).enumerated().map { index, logits in
      classification(logits, file: inputs[index].file)
    }
  }

  /// What follows from the logits of each model.
  private func classification(
    _ logits: Result<[[Float]], ClassificationError>, file: String?
  ) -> Result<Classification, ClassificationError> {
    logits.flatMap { logits in
      do throws(ComputeError) {
        let prediction = try Prediction(
          logits: meanLogits(logits), model: model, threshold: threshold)
        return .success(Classification(prediction: prediction, logits: logits))
      } catch {
        return .failure(.compute(error, file: file))
      }
    }
  }
}

extension Classifier {
  /// Classifies all inputs, several at once, and passes on the results in the order of the inputs.
  ///
  /// Like ``classify(contentsOf:)-swift.method``, but blocks the calling thread, which does its share
  /// of the work: this works where the system refuses more threads. For the parameters, see
  /// `ModelRunner.run`.
  package func run(
    _ inputs: ModelRunner.Inputs, unless shouldStop: @Sendable () -> Bool,
    inspect: @Sendable (Outcome<Classification>, DecodedImage) -> Void = { _, _ in },
    consume: ([Outcome<Classification>]) -> Bool
  ) {
    runner.run(
      inputs, unless: shouldStop,
      inspect: { outcome, decoded in
        if let decoded { inspect(self.classified(outcome), decoded) }
      },
      consume: { consume($0.map(self.classified)) })
  }

  private func classified(_ outcome: Outcome<[[Float]]>) -> Outcome<Classification> {
    Outcome(
      index: outcome.index, file: outcome.file,
      result: classification(outcome.result, file: outcome.file))
  }

  /// Time per layer, model by model; empty unless the options asked for it.
  package func profile() -> [LayerProfile] { runner.profile() }
}
