import PneumoCompute
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
  /// Threads that one call keeps busy.
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
  public var workspaceByteCount: Int { plan.arenaCount * MemoryLayout<Float>.stride }

  let plan: Plan
  private let workspaces: WorkspacePool
  private let timings: StepTimings?

  /// Chooses kernels and packs weights.
  ///
  /// - Parameters:
  ///   - threads: how many one call keeps busy; `nil` is what the process may use: see
  ///     `PNEUMO_NUM_THREADS`.
  ///   - batch: images that go through the layers together. More of them use weights better and
  ///     take more memory; the answers do not depend on it. `nil` chooses by the memory they take.
  ///   - instructionSet: instead of the best one, or of that which `PNEUMO_ISA` names.
  ///   - isProfiling: whether ``profile()`` is wanted.
  public init(
    _ model: Model, threads: Int? = nil, batch: Int? = nil, instructionSet: String? = nil,
    isProfiling: Bool = false
  ) throws(ComputeError) {
    let kernels = try InstructionSet.select(instructionSet)
    self.threads = if let threads { threads } else { try ThreadCount.preferred() }
    guard (1...ThreadCount.maximum).contains(self.threads) else {
      throw ComputeError(
        .setting, "\(self.threads) threads, expected 1 to \(ThreadCount.maximum)")
    }
    guard (1...Self.maximumBatch).contains(batch ?? 1) else {
      throw ComputeError(.setting, "a batch of \(batch ?? 0), expected 1 to \(Self.maximumBatch)")
    }
    let packed = PlanBuilder.packedCount(model.graph, kernels: kernels)
    guard packed <= Self.maximumCount else {
      throw ComputeError(
        .tooLarge,
        "its weights take \(packed >> 18) MiB once they are packed, more than "
          + "\(Self.maximumCount >> 18) MiB; use a model with fewer groups or weights")
    }
    self.model = model
    self.instructionSet = kernels.name
    inputCount = model.graph.inputShape.count
    outputCount = model.graph.outputShape.count
    plan = PlanBuilder.plan(
      model.graph, layout: model.preprocessing.layout, kernels: kernels, batch: batch)
    guard plan.arenaCount <= Self.maximumCount else {
      throw ComputeError(
        .tooLarge,
        "a batch of \(plan.batch) needs \(plan.arenaCount >> 18) MiB for its activations, more than "
          + "\(Self.maximumCount >> 18) MiB; use a smaller "
          + (plan.batch > 1 ? "batch" : "model"))
    }
    workspaces = WorkspacePool(elementCount: plan.arenaCount)
    timings = isProfiling ? StepTimings(count: plan.steps.count) : nil
  }

  /// The largest `batch`.
  public static let maximumBatch = 4096
  /// Elements of the largest arena, and of all packed weights: 2 GiB each.
  private static let maximumCount = 1 << 29

  /// Computes the logits of one or more images.
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
    let workspace = workspaces.take()
    defer { workspaces.giveBack(workspace) }
    let arena = workspace.arena.pointer
    var first = 0
    // SAFETY: the counts were checked; the plan stays inside the arena it asked for.
    while first < images {
      let count = min(plan.batch, images - first)
      let chunk = source + first * inputCount
      run(count, chunk, arena)
      (target + first * outputCount).update(
        from: plan.locate(plan.output, chunk, arena), count: count * outputCount)
      first += count
    }
  }

  private func run(
    _ count: Int, _ input: UnsafePointer<Float>, _ arena: UnsafeMutablePointer<Float>
  ) {
    guard let timings else {
      plan.run(images: count, input: input, arena: arena, threads: threads)
      return
    }
    var start = ContinuousClock.now
    plan.run(images: count, input: input, arena: arena, threads: threads) { step, _ in
      let now = ContinuousClock.now
      timings.add(now - start, to: step)
      start = now
    }
    timings.addImages(count)
  }

  /// What the model says of one or more images.
  ///
  /// - Parameters:
  ///   - images: their tensors one after the other, each ``inputCount`` elements.
  ///   - threshold: instead of the model's.
  public func predict(
    _ images: [Float], threshold: Float? = nil
  ) throws(ComputeError) -> [Prediction] {
    let count = try imageCount(of: images.count)
    var logits = [Float](repeating: 0, count: count * outputCount)
    try logits.withUnsafeMutableBufferPointer {
      (logits: inout UnsafeMutableBufferPointer<Float>) throws(ComputeError) in
      try images.withUnsafeBufferPointer {
        (images: UnsafeBufferPointer<Float>) throws(ComputeError) in
        try run(images, logits: logits)
      }
    }
    return (0..<count).map { image in
      Prediction(
        logits: Array(logits[image * outputCount..<(image + 1) * outputCount]), model: model,
        threshold: threshold)
    }
  }

  /// What each layer answers to one image, the last one before its activation. Layers that only
  /// pass their input on are left out.
  public func activations(of image: [Float]) throws(ComputeError) -> [LayerOutput] {
    guard image.count == inputCount else {
      throw ComputeError(.wrongSize, "an image of \(image.count) elements, expected \(inputCount)")
    }
    var outputs: [LayerOutput] = []
    let arena = FloatBuffer(count: plan.arenaCount)
    image.withUnsafeBufferPointer { image in
      guard let input = image.baseAddress else { return }
      plan.run(images: 1, input: input, arena: arena.pointer, threads: threads) {
        [self] number, output in
        let step = plan.steps[number]
        guard number + 1 == plan.steps.count || plan.steps[number + 1].node != step.node else {
          return
        }
        outputs.append(
          LayerOutput(
            layer: model.graph.nodes[step.node].name, shape: model.graph.shapes[step.node + 1],
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
