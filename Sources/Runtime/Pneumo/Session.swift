import PneumoCompute
import PneumoConcurrency
import PneumoModel
import Synchronization

/// A model made ready to run on this CPU.
///
/// Weights are packed when a session is made. It may be used from several tasks at once; each call
/// works in memory of its own, which is kept for the next.
///
/// ```swift
/// let session = try Session(Model(contentsOf: "model.pnm"))
/// for prediction in try session.predict(pixels) {
///   print(prediction.label, prediction.probability)
/// }
/// ```
public final class Session: Sendable {
  /// The model that was made ready.
  public let model: Model
  /// Threads that one call keeps busy: fewer than were asked for where they would take too much
  /// memory.
  public let threads: Int
  /// `baseline`, `avx2` or `avx512`.
  public let instructionSet: String
  /// Elements of one image's input.
  public let inputCount: Int
  /// Logits of one image.
  public let outputCount: Int

  /// Images that go through the layers together.
  public var batch: Int { plan.batch }
  /// Bytes that each call works in, besides its input.
  public var workspaceByteCount: Int {
    plan.arenaCount(workers: threads) * MemoryLayout<Float>.stride
  }

  let plan: Plan
  private let workspaces: Workspaces
  private let timings: StepTimings?

  /// Chooses kernels and packs weights.
  ///
  /// - Parameters:
  ///   - model: the network to run.
  ///   - threads: how many one call keeps busy. By default, all that the process may use, or
  ///     `PNEUMO_NUM_THREADS`.
  ///   - batch: images that go through the layers together. A larger batch uses the weights better
  ///     and takes more memory; the outputs do not depend on it. By default, it is chosen by memory.
  ///   - instructionSet: `baseline`, `avx2` or `avx512`. By default, the best one that the CPU
  ///     supports, or `PNEUMO_ISA`.
  ///   - isProfiling: whether to measure the time of each layer for ``profile()``.
  ///   - keepsActivations: whether ``activations(of:)`` can return every layer's output. Otherwise
  ///     layers may be fused, and what lies between them is never computed. Fusing can change how
  ///     logits are rounded, where a different algorithm suits the fused layer.
  public init(
    _ model: Model, threads: Int? = nil, batch: Int? = nil, instructionSet: String? = nil,
    isProfiling: Bool = false, keepsActivations: Bool = false
  ) throws(ComputeError) {
    let kernels = try InstructionSet.select(instructionSet)
    let wanted: Int
    do throws(ThreadCountError) {
      wanted = try ThreadCount.resolve(threads)
    } catch {
      throw ComputeError(.setting, error.description)
    }
    guard (1...Self.maximumBatch).contains(batch ?? 1) else {
      throw ComputeError(.setting, "a batch of \(batch ?? 0), expected 1 to \(Self.maximumBatch)")
    }
    let packed = PlanBuilder.packedCount(
      model.graph, kernels: kernels, keepsActivations: keepsActivations)
    guard packed <= Self.maximumCount else {
      throw ComputeError(
        .tooLarge,
        "its weights take \(packed >> 18) MiB once they are packed, more than "
          + "\(Self.maximumCount >> 18) MiB; use a model with fewer groups or weights")
    }
    try FloatBuffer.checkRoom(for: packed)
    self.model = model
    self.instructionSet = kernels.name
    inputCount = model.graph.inputShape.count
    outputCount = model.graph.outputShape.count
    plan = PlanBuilder.plan(
      model.graph, layout: model.preprocessing.layout, kernels: kernels, batch: batch,
      keepsActivations: keepsActivations)
    self.threads = plan.workers(wanted, limit: Self.maximumCount)
    let arenaCount = plan.arenaCount(workers: self.threads)
    guard arenaCount <= Self.maximumCount else {
      throw ComputeError(
        .tooLarge,
        "a batch of \(plan.batch) needs \(arenaCount >> 18) MiB for its activations, more than "
          + "\(Self.maximumCount >> 18) MiB; use a smaller "
          + (plan.batch > 1 ? "batch" : "model"))
    }
    timings = isProfiling ? StepTimings(count: plan.steps.count) : nil
    workspaces = Workspaces(plan: plan, workers: self.threads, timings: timings)
  }

  /// The largest `batch`.
  public static let maximumBatch = 4096
  /// Elements of the largest arena, and of all packed weights: 2 GiB each.
  private static let maximumCount = 1 << 29

  /// Computes the logits of one or more images, which may be NaN or infinite: see
  /// ``predict(_:threshold:)``.
  ///
  /// After the first call, a call on one thread allocates no memory. With more threads there are a few
  /// small blocks a call, in which Dispatch notes what it hands out, and none for tensors. Where more
  /// calls than before run at once, each new one takes ``workspaceByteCount``, and throws
  /// `outOfMemory` where the system has not that much.
  ///
  /// - Parameters:
  ///   - input: the images' tensors one after the other, each ``inputCount`` elements in the
  ///     layout that `model.preprocessing` names.
  ///   - logits: room for ``outputCount`` elements an image.
  public func run(
    _ input: UnsafeBufferPointer<Float>, logits: UnsafeMutableBufferPointer<Float>
  ) throws(ComputeError) {
    let images = try imageCount(of: input.count)
    guard logits.count == images * outputCount else {
      throw ComputeError(
        .wrongSize, "room for \(logits.count) logits; \(images) images have \(images * outputCount)"
      )
    }
    guard let source = input.baseAddress, let target = logits.baseAddress else { return }
    let run = try workspaces.take()
    defer { workspaces.giveBack(run) }
    var first = 0
    // SAFETY: the counts were checked; the plan stays inside the arena it asked for.
    while first < images {
      let count = min(plan.batch, images - first)
      (target + first * outputCount).update(
        from: run.run(images: count, input: source + first * inputCount),
        count: count * outputCount)
      first += count
    }
  }

  /// What the model says of one or more images.
  ///
  /// Throws `notFinite` where an image or the network's output for it holds NaN or an infinity, and
  /// `setting` for a threshold that is no probability.
  ///
  /// - Parameters:
  ///   - images: their tensors one after the other, each ``inputCount`` elements.
  ///   - threshold: instead of the model's.
  public func predict(
    _ images: [Float], threshold: Float? = nil
  ) throws(ComputeError) -> [Prediction] {
    let count = try imageCount(of: images.count)
    guard images.isFinite else {
      throw ComputeError(
        .notFinite, "an element of the input is not finite (NaN or infinite); check how it is made")
    }
    var logits = [Float](repeating: 0, count: count * outputCount)
    try logits.withUnsafeMutableBufferPointer {
      (logits: inout UnsafeMutableBufferPointer<Float>) throws(ComputeError) in
      try images.withUnsafeBufferPointer {
        (images: UnsafeBufferPointer<Float>) throws(ComputeError) in
        try run(images, logits: logits)
      }
    }
    var predictions: [Prediction] = []
    for image in 0..<count {
      predictions.append(
        try Prediction(
          logits: Array(logits[image * outputCount..<(image + 1) * outputCount]), model: model,
          threshold: threshold))
    }
    return predictions
  }

  /// The output of each layer for one image, that of the last one before its activation. Layers that
  /// only pass their input on are left out, and those that are fused with the next, unless the session
  /// was made to keep them.
  public func activations(of image: [Float]) throws(ComputeError) -> [LayerOutput] {
    guard image.count == inputCount else {
      throw ComputeError(.wrongSize, "an image of \(image.count) elements, expected \(inputCount)")
    }
    var outputs: [LayerOutput] = []
    let run = try workspaces.take()
    defer { workspaces.giveBack(run) }
    image.withUnsafeBufferPointer { image in
      guard let input = image.baseAddress else { return }
      run.observe(input: input) { [self] number, output in
        let step = plan.steps[number]
        guard
          number + 1 == plan.steps.count || plan.steps[number + 1].node != step.node
        else { return }
        outputs.append(
          LayerOutput(
            layer: model.graph.nodes[step.lastNode].name,
            shape: model.graph.shapes[step.lastNode + 1],
            values: Array(UnsafeBufferPointer(start: output, count: step.output.count))))
      }
    }
    return outputs
  }

  /// Time per kernel since the session was made; empty where profiling was not asked for.
  public func profile() -> [LayerProfile] {
    guard let timings else { return [] }
    return plan.steps.enumerated().map { number, step in
      LayerProfile(
        layer: model.graph.nodes[step.node].name, kernel: step.kernel, images: timings.images,
        seconds: timings.seconds(of: number),
        floatingPointOperations: 2 * step.multiplyAdds * timings.images)
    }
  }

  private func imageCount(of elements: Int) throws(ComputeError) -> Int {
    let (count, rest) = elements.quotientAndRemainder(dividingBy: inputCount)
    guard rest == 0 else {
      throw ComputeError(
        .wrongSize,
        "\(elements) elements of input are no whole images of \(inputCount) "
          + "(\(model.graph.inputShape))")
    }
    return count
  }
}

extension [Float] {
  /// Whether no element is NaN or infinite: those have all bits of the exponent set, so that one more
  /// changes the sign.
  fileprivate var isFinite: Bool {
    let exponent: UInt32 = 0x7F80_0000
    return reduce(UInt32(0)) { $0 | (($1.bitPattern & exponent) &+ 0x0080_0000) } < 0x8000_0000
  }
}
