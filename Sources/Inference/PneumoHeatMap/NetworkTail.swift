import Pneumo

/// The layers after the last convolution of a network, and the way back through them.
struct NetworkTail: Sendable {
  /// The value that is looked at: what the last convolution answers, after the normalisation, the
  /// residual sum and the activation that follow it.
  let target: Int
  private let graph: Graph
  /// The nodes that depend on the target, in their order.
  private let nodes: [Int]
  /// The kernels of dense layers, by node.
  private let kernels: [Int: [Float]]

  /// `nil` where there is no convolution.
  init?(of graph: Graph) {
    let convolution = graph.nodes.lastIndex {
      if case .convolution = $0.operation { true } else { false }
    }
    guard let convolution else { return nil }
    self.graph = graph
    var target = convolution + 1
    while let reader = Self.onlyReader(of: target, in: graph), reader + 1 < graph.nodes.count,
      graph.nodes[reader].operation.keepsPlaces
    {
      target = reader + 1
    }
    self.target = target
    var depends = Set([target])
    var nodes: [Int] = []
    for index in target..<graph.nodes.count
    where graph.nodes[index].inputs.contains(where: depends.contains) {
      depends.insert(index + 1)
      nodes.append(index)
    }
    self.nodes = nodes
    var kernels: [Int: [Float]] = [:]
    for node in nodes {
      if case .dense(let layer) = graph.nodes[node].operation {
        kernels[node] = layer.kernel.values()
      }
    }
    self.kernels = kernels
  }

  private static func onlyReader(of value: Int, in graph: Graph) -> Int? {
    let readers = graph.nodes.indices.filter { graph.nodes[$0].inputs.contains(value) }
    return readers.count == 1 ? readers[0] : nil
  }

  /// The gradient of a class' logit by each element of the target.
  ///
  /// - Parameter label: the number of the class. A network with one output has two classes, of which it
  ///   answers the logit of the second: the first's is its negative.
  func gradient(of label: Int, _ values: ForwardValues) -> [Float] {
    let output = graph.nodes.count
    var logit = [Float](repeating: 0, count: graph.outputShape.count)
    if logit.count == 1 { logit[0] = label == 1 ? 1 : -1 } else { logit[label] = 1 }
    var gradients: [Int: [Float]] = [output: logit]
    for node in nodes.reversed() {
      guard let gradient = gradients[node + 1] else { continue }
      let isLast = node + 1 == output
      let backward = Backward(
        inputs: graph.nodes[node].inputs.map { graph.shapes[$0] }, output: graph.shapes[node + 1],
        isLast: isLast)
      let parts = backward.gradients(
        graph.nodes[node].operation, gradient, kernel: kernels[node],
        input: { values[graph.nodes[node].inputs[$0]] }, answer: { values[node + 1] })
      for (input, part) in zip(graph.nodes[node].inputs, parts) where input >= target {
        if let sum = gradients[input] {
          gradients[input] = zip(sum, part).map { $0 + $1 }
        } else {
          gradients[input] = part
        }
      }
    }
    return gradients[target] ?? [Float](repeating: 0, count: graph.shapes[target].count)
  }
}

extension Operation {
  /// Whether it computes each place of an image from that place alone, without mixing channels.
  fileprivate var keepsPlaces: Bool {
    switch self {
    case .batchNormalization, .add, .dropout: true
    case .activation(let activation): activation != .softmax
    default: false
    }
  }
}
