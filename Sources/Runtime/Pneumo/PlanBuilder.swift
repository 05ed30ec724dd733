import PneumoCompute
import PneumoKernelABI
import PneumoModel

/// Turns a graph into the steps of a ``Plan``.
///
/// Visits the operations of a graph, each in the file named after it: a visit appends the steps that
/// compute the current node and returns where its output lies. The last activation of a classifier
/// is left out: a plan ends in logits.
struct PlanBuilder: OperationVisitor {
  let graph: Graph
  let kernels: KernelTable
  /// Whether the output of each layer must stand somewhere.
  let keepsActivations: Bool
  private(set) var steps: [Step] = []
  private(set) var buffers: [Plan.Buffer] = []
  /// The node whose steps are being appended.
  var node = 0
  /// Where the values of the graph lie, up to the current node.
  private var values: [Plan.Buffer] = []
  /// Where the outputs of layers lie that were fused with one before, by the number of the layer.
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
    builder.values = [
      layout == .channelsLast
        ? input
        : builder.appendTransposition(input, from: graph.inputShape, to: .channelsLast)
    ]
    for index in graph.nodes.indices {
      builder.node = index
      let output = builder.appendNode()
      builder.values.append(output)
    }
    return Plan(
      steps: builder.steps, buffers: builder.buffers, input: input,
      output: builder.values[graph.nodes.count], batch: batch)
  }

  private mutating func appendNode() -> Plan.Buffer {
    fused.removeValue(forKey: node) ?? graph.nodes[node].operation.accept(&self)
  }

  /// What the current node reads.
  var inputs: [Plan.Buffer] { graph.nodes[node].inputs.map { values[$0] } }
  /// The first of these, of most layers the only one.
  var input: Plan.Buffer { values[graph.nodes[node].inputs[0]] }
  /// The shape of each input of the current node.
  var inputShapes: [TensorShape] { graph.nodes[node].inputs.map { graph.shapes[$0] } }
  /// The shape of the first of these.
  var inputShape: TensorShape { graph.shapes[graph.nodes[node].inputs[0]] }
  /// The shape of the output of the current node.
  var outputShape: TensorShape { graph.shapes[node + 1] }

  /// Whether the current node is the one whose activation becomes part of the prediction.
  var isLast: Bool { node == graph.nodes.count - 1 }

  /// Whether the current node reads the image itself.
  var readsImage: Bool { graph.nodes[node].inputs == [0] }

  /// A new buffer for `count` elements an image.
  mutating func makeBuffer(_ count: Int) -> Plan.Buffer {
    let buffer = Plan.Buffer(index: buffers.count, count: count)
    buffers.append(buffer)
    return buffer
  }

  /// Notes that `buffer` is the output of layer `node`.
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
