import PneumoCompute
import PneumoConcurrency
import PneumoGradients
import PneumoKernelABI
import PneumoModel

/// A network with gradients, an optimizer's memory and room for a batch.
///
/// Same weights, same batches and same keys give the same bits on one instruction set, for any number
/// of threads. One batch at a time.
package final class TrainingNetwork: @unchecked Sendable {
  // SAFETY: methods that change anything are called from one thread; phases share work as their
  // layers tell.

  let layers: [any GradientLayer]
  let input: Value
  let logits: Value
  let batch: Batch
  let kernels: KernelTable
  let threads: Int
  private let loss: Loss
  private let scratch: FloatBuffer
  private let scratchStride: Int
  /// Before the backward phases of a layer: the values whose gradients start there, at zero.
  private let startingGradients: [[Value]]
  /// What each layer writes.
  let outputs: [Value]
  /// Moving averages of parameters, where they are kept.
  var averages: [(key: Parameter, value: FloatBuffer)] = []
  private var labels: [Int] = []
  private var losses: [Double] = []
  private var isCorrect: [Bool] = []
  /// Times by layer and pass, from when it is set to an empty one. Taking them costs some speed.
  package var profile: TrainingProfile?
  /// Steps that were made.
  package internal(set) var stepCount = 0

  /// Room for batches of up to `batchSize` images.
  ///
  /// - Parameters:
  ///   - graph: the network with its initial weights. It must end in sigmoid or softmax, which the
  ///     loss takes the place of.
  ///   - penalties: factors of L2 penalties on kernels, by the name of the layer.
  ///   - momenta: of the moving statistics of batch normalization, by the name of the layer; 0.99
  ///     where there is none.
  ///   - usesWinograd: whether 3×3 convolutions are computed by F(4×4, 3×3), which rounds about ten
  ///     times as much as plain sums do, and is three times as fast.
  package init(
    graph: Graph, batchSize: Int, threads: Int, kernels: KernelTable, loss: Loss = Loss(),
    penalties: [String: Float] = [:], momenta: [String: Float] = [:], usesWinograd: Bool = true
  ) throws(TrainingError) {
    let input = Value(graph.inputShape, capacity: batchSize, hasGradient: false)
    let batch = Batch(capacity: batchSize)
    try Self.checkOutput(of: graph)
    var options = NetworkBuilder.Options()
    options.penalties = penalties
    options.momenta = momenta
    options.usesWinograd = usesWinograd
    var builder = NetworkBuilder(graph: graph, batch: batch, kernels: kernels, options: options)
    builder.build(graph.nodes.indices, given: [0: input])
    guard let logits = builder.values[graph.nodes.count] else {
      preconditionFailure("the last layer has an output")
    }
    self.kernels = kernels
    self.threads = threads
    self.loss = loss
    self.input = input
    self.batch = batch
    self.logits = logits
    layers = builder.layers
    startingGradients = builder.startingGradients
    outputs = builder.writes
    scratchStride = (layers.map(\.scratchCount).max() ?? 0) + 64
    scratch = FloatBuffer(count: scratchStride * batch.slotCapacity)
    losses = [Double](repeating: 0, count: batchSize)
    isCorrect = [Bool](repeating: false, count: batchSize)
  }

  private static func checkOutput(of graph: Graph) throws(TrainingError) {
    let activation = graph.outputActivation
    guard activation == .sigmoid || activation == .softmax,
      case .vector(let count) = graph.outputShape, (activation == .sigmoid) == (count == 1)
    else {
      throw TrainingError(
        .unsupportedNetwork,
        "a classifier that is trained ends in one sigmoid, or softmax over two or more classes; "
          + "this ends in \(activation?.description ?? "no activation") over \(graph.outputShape)")
    }
  }

  /// The most images of a batch.
  package var batchSize: Int { batch.capacity }
  /// Logits of an image.
  package var outputCount: Int { logits.count }
  /// All weights, in the order of the layers.
  var parameters: [Parameter] { layers.flatMap(\.parameters) }

  // MARK: Batches

  /// What a batch gave.
  package struct BatchResult: Sendable {
    /// Sum of the losses of its images, without penalty.
    package let lossSum: Double
    /// How many were classified as labeled.
    package let correctCount: Int
  }

  /// Runs a batch forward and backward, so that all parameters have gradients of the mean loss.
  ///
  /// - Parameters:
  ///   - labels: of the images, as many as there are.
  ///   - dropoutKey: the same numbers draw the same dropout.
  ///   - fill: writes an image, rows of pixels of channels; called on several threads.
  package func backpropagate(
    labels: [Int], dropoutKey: UInt64,
    fill: @escaping @Sendable (_ image: Int, UnsafeMutablePointer<Float>) -> Void
  ) -> BatchResult {
    start(count: labels.count, isTraining: true, dropoutKey: dropoutKey)
    self.labels = labels
    let evaluating = Task(.parts(1) { [self] _ in evaluateLoss() }, "loss", .forward)
    run(forward(fill: fill) + [evaluating] + backward())
    return BatchResult(
      lossSum: losses.prefix(labels.count).reduce(0, +),
      correctCount: isCorrect.prefix(labels.count).count { $0 })
  }

  /// The logits of some images at inference, image by image.
  package func logits(
    count: Int, fill: @escaping @Sendable (_ image: Int, UnsafeMutablePointer<Float>) -> Void
  ) -> [Float] {
    start(count: count, isTraining: false, dropoutKey: 0)
    run(forward(fill: fill))
    return Array(UnsafeBufferPointer(start: logits.data.pointer, count: count * logits.count))
  }

  private func start(count: Int, isTraining: Bool, dropoutKey: UInt64) {
    precondition((1...batch.capacity).contains(count), "a batch of at most \(batch.capacity)")
    batch.count = count
    batch.isTraining = isTraining
    batch.dropoutKey = dropoutKey
  }

  private func forward(
    fill: @escaping @Sendable (Int, UnsafeMutablePointer<Float>) -> Void
  ) -> [Task] {
    let preparing = Phase.parts(layers.count) { [self] in layers[$0].prepare() }
    let filling = Phase.slots { [self] slot in
      for image in slot.images { fill(image, input.data(image)) }
    }
    return [Task(preparing, "weights", .forward), Task(filling, "images", .forward)]
      + layers.flatMap { layer in
        layer.forwardPhases.map { Task($0, layer.name, .forward, layer.multiplyAdds) }
      }
  }

  private func backward() -> [Task] {
    layers.indices.reversed().flatMap { index in
      let layer = layers[index]
      let values = startingGradients[index]
      let clearing = Phase.slots { slot in
        for value in values {
          value.gradient(slot.images.lowerBound)?.clear(slot.images.count * value.count)
        }
      }
      // The products with the weights, and, but for the first layer, those with the input.
      let products = values.isEmpty ? layer.multiplyAdds : 2 * layer.multiplyAdds
      return ((values.isEmpty ? [] : [clearing]) + layer.backwardPhases).map {
        Task($0, layer.name, .backward, products)
      }
    }
  }

  private func evaluateLoss() {
    guard let gradient = logits.gradient else { return }
    let share = 1 / Float(batch.count)
    for image in 0..<batch.count {
      let (outputs, target) = (logits.data(image), gradient.pointer + image * logits.count)
      losses[image] = loss.evaluate(
        outputs, count: logits.count, label: labels[image], gradient: target)
      isCorrect[image] = Loss.choice(outputs, count: logits.count) == labels[image]
      for i in 0..<logits.count { target[i] *= share }
    }
  }

  /// A phase, and whose it is.
  private struct Task {
    let phase: Phase
    let layer: String
    let pass: TrainingProfile.Pass
    let multiplyAdds: Int

    init(_ phase: Phase, _ layer: String, _ pass: TrainingProfile.Pass, _ multiplyAdds: Int = 0) {
      self.phase = phase
      self.layer = layer
      self.pass = pass
      self.multiplyAdds = multiplyAdds
    }
  }

  /// Runs tasks, those over slots together where they follow each other, unless times are taken.
  private func run(_ tasks: [Task]) {
    var pending: [@Sendable (Slot) -> Void] = []
    for task in tasks {
      if profile != nil {
        let start = ContinuousClock.now
        run(task.phase, after: &pending)
        runSlots(&pending)
        profile?.add(
          ContinuousClock.now - start, task.layer, task.pass,
          multiplyAdds: task.multiplyAdds * batch.count)
      } else {
        run(task.phase, after: &pending)
      }
    }
    runSlots(&pending)
  }

  private func run(_ phase: Phase, after pending: inout [@Sendable (Slot) -> Void]) {
    switch phase {
    case .slots(let body): pending.append(body)
    case .parts(let count, let body):
      runSlots(&pending)
      parallelFor(count, threads: threads, body)
    }
  }

  private func runSlots(_ bodies: inout [@Sendable (Slot) -> Void]) {
    let work = bodies
    bodies = []
    guard !work.isEmpty else { return }
    parallelFor(batch.slotCount, threads: threads) { [self] index in
      let slot = Slot(
        index: index, images: batch.images(ofSlot: index),
        scratch: scratch.pointer + index * scratchStride)
      for body in work { body(slot) }
    }
  }
}
