extension Model {
  /// The same model with the kernels of its layers stored as `type`.
  ///
  /// Biases and the statistics of batch normalization become or stay `float32`: they are few, and
  /// half precision cannot tell a small variance from zero. Kernels are rounded to nearest even; a
  /// kernel whose values overflow half precision is an error.
  public func converting(weights type: ScalarType) throws(ModelError) -> Model {
    var nodes = graph.nodes
    for index in nodes.indices {
      do throws(ModelError) {
        nodes[index].operation = try nodes[index].operation.mapWeights {
          name, weight throws(ModelError) in
          name == "kernel" ? try weight.fitting(type) : weight.converted(to: .float32)
        }
      } catch {
        throw error.naming(layer: nodes[index].name)
      }
    }
    var model = try Model(
      graph: try Graph(inputShape: graph.inputShape, nodes: nodes), preprocessing: preprocessing,
      labels: labels, threshold: threshold, card: card)
    model.trainingImages = trainingImages
    return model
  }
}

extension WeightTensor {
  fileprivate func fitting(_ type: ScalarType) throws(ModelError) -> WeightTensor {
    let result = converted(to: type)
    guard result.isFinite else {
      throw ModelError(
        .nonFiniteWeights,
        "its kernel holds values too large for \(type.name); keep \(scalarType.name)")
    }
    return result
  }
}
