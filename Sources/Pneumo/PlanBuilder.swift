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
  private(set) var steps: [Step] = []
  private(set) var buffers: [Plan.Buffer] = []
  /// The node whose steps are being appended.
  private(set) var node = 0

  init(graph: Graph, kernels: KernelTable) {
    self.graph = graph
    self.kernels = kernels
  }

  /// The plan for up to `batch` images at a time, given in `layout`; `nil` lets the plan choose.
  static func plan(
    _ graph: Graph, layout: Preprocessing.Layout, kernels: KernelTable, batch: Int?
  ) -> Plan {
    var builder = PlanBuilder(graph: graph, kernels: kernels)
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

  /// A new buffer for `count` elements an image.
  mutating func makeBuffer(_ count: Int) -> Plan.Buffer {
    let buffer = Plan.Buffer(index: buffers.count, count: count)
    buffers.append(buffer)
    return buffer
  }

  /// Appends a step of the current node.
  mutating func appendStep(
    _ kernel: String, _ input: Plan.Buffer, other: Plan.Buffer? = nil, to output: Plan.Buffer,
    multiplyAdds: Int = 0, split: Step.Split, _ body: @escaping @Sendable (Step.Tile) -> Void
  ) {
    steps.append(
      Step(
        node: node, kernel: "\(kernels.name).\(kernel)", multiplyAdds: multiplyAdds, input: input,
        other: other, output: output, split: split, body: body))
  }
}
