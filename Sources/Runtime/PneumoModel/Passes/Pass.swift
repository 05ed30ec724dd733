/// A graph after simplification, and what was done to it. It computes what it did, up to rounding.
public struct SimplifiedGraph: Sendable {
  /// One layer that became part of another, or of none.
  public struct Change: Hashable, Sendable {
    /// What became of the layer.
    public enum Kind: String, Hashable, Sendable {
      /// Does nothing at inference.
      case dropped
      /// Its multiplication and addition went into the weights of another layer.
      case folded
      /// Another layer applies it to its output.
      case fused
    }

    /// What became of the layer.
    public let kind: Kind
    /// The name of the layer that is no more.
    public let layer: String
    /// The layer that does its work now.
    public let into: String?
  }

  /// What is left.
  public let graph: Graph
  /// In the order in which they were made.
  public let changes: [Change]

  /// Applies all passes to `graph`.
  public init(_ graph: Graph) throws(ModelError) {
    var rewriter = GraphRewriter(graph)
    dropTrainingLayers(&rewriter)
    foldBatchNormalizationIntoPrevious(&rewriter)
    foldBatchNormalizationIntoNext(&rewriter)
    fuseActivations(&rewriter)
    self.graph = try rewriter.graph()
    changes = rewriter.changes
  }
}

/// The layers of a graph while passes change and remove them.
///
/// Indices of layers and values stay what they were in the graph; removed layers pass on what they
/// read.
struct GraphRewriter {
  private let inputShape: TensorShape
  private(set) var nodes: [Graph.Node]
  /// Of each value.
  let shapes: [TensorShape]
  private var isRemoved: [Bool]
  private(set) var changes: [SimplifiedGraph.Change] = []

  init(_ graph: Graph) {
    inputShape = graph.inputShape
    nodes = graph.nodes
    shapes = graph.shapes
    isRemoved = [Bool](repeating: false, count: graph.nodes.count)
  }

  /// The layers that are left.
  var indices: [Int] { nodes.indices.filter { !isRemoved[$0] } }

  /// The layer whose output is the only input of layer `index`; `nil` where that is the input of the
  /// graph, or where the layer has several inputs.
  func producer(of index: Int) -> Int? {
    guard nodes[index].inputs.count == 1 else { return nil }
    let value = source(of: nodes[index].inputs[0])
    return value == 0 ? nil : value - 1
  }

  /// The layers that read the output of layer `index`.
  func consumers(of index: Int) -> [Int] {
    indices.filter { nodes[$0].inputs.contains { source(of: $0) == index + 1 } }
  }

  /// The layer whose output is the input of layer `index` and of no other.
  func exclusiveProducer(of index: Int) -> Int? {
    guard let producer = producer(of: index), consumers(of: producer) == [index] else { return nil }
    return producer
  }

  /// Replaces what layer `index` computes.
  mutating func replace(_ index: Int, by operation: Operation) {
    nodes[index].operation = operation
  }

  /// Removes layer `index`, which has one input; `into` does its work now. The only layer of a
  /// graph stays.
  mutating func remove(_ index: Int, _ kind: SimplifiedGraph.Change.Kind, into: Int? = nil) {
    guard indices.count > 1 else { return }
    isRemoved[index] = true
    changes.append(
      SimplifiedGraph.Change(
        kind: kind, layer: nodes[index].name, into: into.map { nodes[$0].name }))
  }

  /// The graph of the layers that are left.
  func graph() throws(ModelError) -> Graph {
    var newValues = [Int](repeating: 0, count: nodes.count + 1)
    var left: [Graph.Node] = []
    for index in indices {
      var node = nodes[index]
      node.inputs = node.inputs.map { newValues[source(of: $0)] }
      left.append(node)
      newValues[index + 1] = left.count
    }
    return try Graph(inputShape: inputShape, nodes: left)
  }

  /// The value that `value` is once removed layers are passed over.
  private func source(of value: Int) -> Int {
    var value = value
    while value > 0, isRemoved[value - 1] { value = nodes[value - 1].inputs[0] }
    return value
  }
}
