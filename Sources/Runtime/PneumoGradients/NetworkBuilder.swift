import PneumoKernelABI
import PneumoModel

/// Makes layers with gradients of the operations of a graph, each in the file named after it: a visit
/// appends what computes the current node and returns its output.
package struct NetworkBuilder: OperationVisitor {
  /// What the layers are made for.
  package struct Options: Sendable {
    /// Factors of L2 penalties on kernels, by the name of the layer.
    package var penalties: [String: Float] = [:]
    /// Momenta of the moving statistics of batch normalization, by the name of the layer; 0.99 where
    /// there is none.
    package var momenta: [String: Float] = [:]
    /// Whether 3×3 convolutions are computed by F(4×4, 3×3), which rounds about ten times as much as
    /// plain sums do, and is three times as fast.
    package var usesWinograd = true
    /// Whether weights have gradients too, or values alone. Convolutions are for training only.
    package var trainsWeights = true

    package init() {}
  }

  let graph: Graph
  let batch: Batch
  let kernels: KernelTable
  let options: Options
  /// The node that is being visited.
  private(set) var node = 0
  /// What the values of the graph are stored in, by their number; several may be one.
  package private(set) var values: [Int: Value] = [:]
  /// The outputs of layers that were fused with one before, by the number of the node.
  private var fused: [Int: Value] = [:]
  /// For each layer that was made, the values that it reads.
  private var reads: [[Value]] = []
  /// For each layer that was made, the value that it writes.
  package private(set) var writes: [Value] = []
  /// The layers in the order of the forward pass.
  package private(set) var layers: [any GradientLayer] = []

  package init(graph: Graph, batch: Batch, kernels: KernelTable, options: Options = Options()) {
    self.graph = graph
    self.batch = batch
    self.kernels = kernels
    self.options = options
  }

  /// Makes the layers of `nodes`, which read `given` values of the graph, by their number, and each
  /// other's outputs.
  package mutating func build(_ nodes: some Sequence<Int>, given: [Int: Value]) {
    values = given
    for index in nodes {
      node = index
      values[index + 1] =
        fused.removeValue(forKey: index) ?? graph.nodes[index].operation.accept(&self)
    }
  }

  /// For each layer the values that it is the last to read: in the backward pass it is the first that
  /// adds to their gradients.
  package var startingGradients: [[Value]] {
    var started = Set<ObjectIdentifier>()
    var result = [[Value]](repeating: [], count: layers.count)
    for index in layers.indices.reversed() {
      for value in reads[index] {
        guard let gradient = value.gradient,
          started.insert(ObjectIdentifier(gradient)).inserted
        else { continue }
        result[index].append(value)
      }
    }
    return result
  }

  // MARK: The current node

  /// Its name.
  var name: String { graph.nodes[node].name }
  /// What it reads.
  var inputs: [Value] { graph.nodes[node].inputs.map { value($0) } }
  /// The first value that it reads.
  var input: Value { value(graph.nodes[node].inputs[0]) }
  /// The shape of its output.
  var outputShape: TensorShape { graph.shapes[node + 1] }
  /// Whether its output is that of the network.
  var isLast: Bool { node == graph.nodes.count - 1 }

  private func value(_ number: Int) -> Value {
    guard let value = values[number] else {
      preconditionFailure("all that a node reads is given or made before")
    }
    return value
  }

  /// Room for an output.
  func makeValue(_ shape: TensorShape) -> Value { Value(shape, capacity: batch.capacity) }

  /// Notes that `value` is the output of node `node`, which comes later.
  mutating func noteFusion(of node: Int, with value: Value) { fused[node] = value }

  /// Appends the layer that `make` makes for a new output.
  mutating func append(
    _ make: (NetworkBuilder, _ output: Value) -> any GradientLayer
  ) -> Value {
    let output = makeValue(outputShape)
    append(make(self, output), reading: inputs, writing: output)
    return output
  }

  /// Appends a layer.
  mutating func append(
    _ layer: any GradientLayer, reading inputs: [Value], writing output: Value
  ) {
    layers.append(layer)
    reads.append(inputs)
    writes.append(output)
  }
}
