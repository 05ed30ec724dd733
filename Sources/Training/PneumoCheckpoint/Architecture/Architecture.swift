import PneumoModel

/// A network as it is declared: a graph whose weights are yet to be drawn.
package typealias Architecture = LayerGraph<WeightSpec>

extension Architecture {
  /// The name under which layers read the image.
  package static var inputName: String { "input" }

  /// Factors of L2 penalties, by layer; only those that are not zero.
  package var penalties: [String: Float] {
    var result: [String: Float] = [:]
    for node in nodes {
      for (_, weight) in node.operation.weights where weight.penalty != 0 {
        result[node.name] = weight.penalty
      }
    }
    return result
  }

  /// Momenta of batch normalizations, by layer.
  package var momenta: [String: Float] {
    var result: [String: Float] = [:]
    for node in nodes {
      for (_, weight) in node.operation.weights {
        if case .movingAverage(let momentum) = weight.learning { result[node.name] = momentum }
      }
    }
    return result
  }

  /// Each weight's layer, name and shape, in the order of the layers.
  package var weightShapes: [(layer: String, weight: String, shape: [Int])] {
    nodes.flatMap { node in node.operation.weights.map { (node.name, $0.name, $0.tensor.shape) } }
  }
}
