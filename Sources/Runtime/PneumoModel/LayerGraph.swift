/// A network whose weights are known.
public typealias Graph = LayerGraph<WeightTensor>

/// A network: layers in an order in which each comes after its inputs, with all shapes checked.
///
/// Value 0 is the input of the graph, value `i + 1` is the output of layer `i`. The last layer is
/// the output of the graph. Weights are tensors, or what these are yet to be drawn from.
public struct LayerGraph<Weight: LayerWeight>: Equatable, Sendable {
  /// One layer of a graph.
  public struct Node: Equatable, Sendable {
    /// Unique in the graph.
    public var name: String
    /// What the layer computes.
    public var operation: LayerOperation<Weight>
    /// Values that the layer reads.
    public var inputs: [Int]

    /// A layer that no graph has checked yet.
    public init(name: String, operation: LayerOperation<Weight>, inputs: [Int]) {
      self.name = name
      self.operation = operation
      self.inputs = inputs
    }
  }

  /// The layers, each after those that it reads.
  public let nodes: [Node]
  /// The shape of each value, `shapes[0]` being that of the input.
  public let shapes: [TensorShape]

  /// The shape of value 0.
  public var inputShape: TensorShape { shapes[0] }
  /// The shape of the output of the last layer.
  public var outputShape: TensorShape { shapes[nodes.count] }

  /// Number of parameters of all layers.
  public var parameterCount: Int { nodes.reduce(0) { $0 + $1.operation.parameterCount } }

  /// Checks that `nodes` are a network, and infers the shape of each value.
  public init(inputShape: TensorShape, nodes: [Node]) throws(ModelError) {
    guard !nodes.isEmpty else { throw ModelError(.emptyGraph, "the graph has no layers") }
    guard nodes.count <= Limits.layers else {
      throw ModelError(
        .limitExceeded, "\(nodes.count) layers; at most \(Limits.layers) are accepted")
    }
    try Self.check(inputShape, role: "input")
    var shapes = [inputShape]
    var names = Set<String>()
    var isUsed = [Bool](repeating: false, count: nodes.count)
    for (index, node) in nodes.enumerated() {
      try Limits.check(name: node.name, "name of layer \(index)")
      guard names.insert(node.name).inserted else {
        throw ModelError(.duplicateName, "two layers have this name", layer: node.name)
      }
      for input in node.inputs {
        guard (0...index).contains(input) else {
          throw ModelError(
            .cyclicGraph,
            "reads value \(input), which is not computed before it (expected 0...\(index))",
            layer: node.name)
        }
        if input > 0 { isUsed[input - 1] = true }
      }
      do throws(ModelError) {
        for (name, tensor) in node.operation.weights {
          guard Limits.count(of: tensor.shape) != nil else {
            throw ModelError(
              .limitExceeded, Limits.reason(against: tensor.shape, of: "its \(name)"))
          }
        }
        let shape = try node.operation.outputShape(of: node.inputs.map { shapes[$0] })
        try Self.check(shape, role: "output")
        shapes.append(shape)
      } catch {
        throw error.naming(layer: node.name)
      }
    }
    if let unused = isUsed.dropLast().firstIndex(of: false) {
      throw ModelError(
        .unusedLayer, "no layer reads its output, and it is not the last",
        layer: nodes[unused].name)
    }
    self.nodes = nodes
    self.shapes = shapes
  }

  /// The same network with what `transform` makes of each weight, which must keep its shape.
  package func mapWeights<New: LayerWeight, Failure: Error>(
    _ transform: (_ layer: String, _ weight: String, Weight) throws(Failure) -> New
  ) throws(Failure) -> LayerGraph<New> {
    var nodes: [LayerGraph<New>.Node] = []
    for node in self.nodes {
      let operation = try node.operation.mapWeights { name, weight throws(Failure) in
        try transform(node.name, name, weight)
      }
      nodes.append(LayerGraph<New>.Node(name: node.name, operation: operation, inputs: node.inputs))
    }
    return LayerGraph<New>(checked: nodes, shapes: shapes)
  }

  private init(checked nodes: [Node], shapes: [TensorShape]) {
    self.nodes = nodes
    self.shapes = shapes
  }

  private static func check(_ shape: TensorShape, role: String) throws(ModelError) {
    guard Limits.count(of: shape.dimensions) != nil else {
      throw ModelError(
        .limitExceeded, Limits.reason(against: shape.dimensions, of: "its \(role)"))
    }
  }
}

extension LayerGraph: Hashable where Weight: Hashable {}
extension LayerGraph.Node: Hashable where Weight: Hashable {}
