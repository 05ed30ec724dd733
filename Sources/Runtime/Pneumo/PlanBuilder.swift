import PneumoCompute
import PneumoKernelABI
import PneumoModel

/// Turns a graph into the steps of a ``Plan``.
///
/// One method per operation; each appends the steps that compute a node and answers where its
/// value lies. The last activation of a classifier is left out: a plan ends in logits.
struct PlanBuilder {
  let graph: Graph
  let kernels: KernelTable
  /// Whether each layer's answer must stand somewhere.
  let keepsActivations: Bool
  private(set) var steps: [Step] = []
  private(set) var buffers: [Plan.Buffer] = []
  /// The node whose steps are being appended.
  var node = 0
  /// Where the answers of layers lie that were fused with one before, by the number of the layer.
  private var fused: [Int: Plan.Buffer] = [:]

  init(graph: Graph, kernels: KernelTable, keepsActivations: Bool) {
    self.graph = graph
    self.kernels = kernels
    self.keepsActivations = keepsActivations
  }

  /// The plan for up to `batch` images at a time, given in `layout`; `nil` lets the plan choose.
  static func plan(
    _ graph: Graph, layout: Preprocessing.Layout, kernels: KernelTable, batch: Int?,
    keepsActivations: Bool
  ) -> Plan {
    var builder = PlanBuilder(
      graph: graph, kernels: kernels, keepsActivations: keepsActivations)
    let input = Plan.Buffer(index: nil, count: graph.inputShape.count)
    var values = [input]
    if layout == .channelsFirst {
      values[0] = builder.appendTransposition(values[0], from: graph.inputShape, to: .channelsLast)
    }
    for (index, node) in graph.nodes.enumerated() {
      builder.node = index
      values.append(builder.append(node, inputs: node.inputs.map { values[$0] }))
    }
    return Plan(
      steps: builder.steps, buffers: builder.buffers, input: input,
      output: values[graph.nodes.count], batch: batch)
  }

  private mutating func append(_ node: Graph.Node, inputs: [Plan.Buffer]) -> Plan.Buffer {
    if let buffer = fused.removeValue(forKey: self.node) { return buffer }
    let shape = graph.shapes[node.inputs[0]]
    let output = graph.shapes[self.node + 1]
    switch node.operation {
    case .convolution(let layer): return append(layer, inputs[0], shape, output)
    case .dense(let layer): return append(layer, inputs[0], shape)
    case .pooling(let layer): return append(layer, inputs[0], shape, output)
    case .globalPooling(let kind): return appendGlobalPooling(kind, inputs[0], shape)
    case .batchNormalization(let layer): return append(layer, inputs[0], shape)
    case .activation(let activation):
      if isLast { return inputs[0] }
      return append(activation, inputs[0], to: makeBuffer(shape.count), channels: shape.channels)
    case .add: return appendSum(inputs)
    case .concatenate: return appendConcatenation(inputs, node.inputs.map { graph.shapes[$0] })
    case .flatten(let order):
      if order == .heightWidthChannels { return inputs[0] }
      return appendTransposition(inputs[0], from: shape, to: .channelsFirst)
    case .zeroPadding(let insets): return appendPadding(insets, inputs[0], shape)
    case .dropout: return inputs[0]
    }
  }

  /// Whether the current node is the one whose activation becomes part of the prediction.
  var isLast: Bool { node == graph.nodes.count - 1 }

  /// Whether the current node reads the picture itself.
  var readsPicture: Bool { graph.nodes[node].inputs == [0] }

  /// A new buffer for `count` elements an image.
  mutating func makeBuffer(_ count: Int) -> Plan.Buffer {
    let buffer = Plan.Buffer(index: buffers.count, count: count)
    buffers.append(buffer)
    return buffer
  }

  /// The pooling layer that the current node, a convolution in one group, can be fused with: the only
  /// reader of its answer, the largest of each 2×2, with an activation that keeps order or none.
  func fusiblePooling(with layer: Convolution) -> Int? {
    guard !keepsActivations, layer.groups == 1,
      layer.activation == nil || layer.activation?.clampLimits != nil
    else { return nil }
    let readers = graph.nodes.indices.filter { graph.nodes[$0].inputs.contains(node + 1) }
    guard readers.count == 1, case .pooling(let pooling) = graph.nodes[readers[0]].operation,
      pooling.kind == .max, pooling.window == Extent(2), pooling.stride == Extent(2),
      case .image(let height, let width, _) = graph.shapes[node + 1],
      pooling.padding.insets(
        of: Extent(height: height, width: width), window: pooling.window, stride: pooling.stride,
        dilation: Extent(1)) == .zero
    else { return nil }
    return readers[0]
  }

  /// Notes that `buffer` is what layer `node` answers.
  mutating func noteFusion(of node: Int, to buffer: Plan.Buffer) { fused[node] = buffer }

  /// Appends a step of the current node.
  mutating func appendStep(
    _ kernel: String, _ input: Plan.Buffer, other: Plan.Buffer? = nil, to output: Plan.Buffer,
    lastNode: Int? = nil, multiplyAdds: Int = 0, split: Step.Split, scratchCount: Int = 0,
    _ body: @escaping @Sendable (Step.Tile) -> Void
  ) {
    steps.append(
      Step(
        node: node, lastNode: lastNode ?? node, kernel: "\(kernels.name).\(kernel)",
        multiplyAdds: multiplyAdds, input: input, other: other, output: output, split: split,
        scratchCount: scratchCount, body: body))
  }
}
