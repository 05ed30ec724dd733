extension Model {
  /// The same model with the kernels of its layers stored as `type`.
  ///
  /// Biases and the statistics of batch normalisation become or stay `float32`: they are few, and
  /// a small variance is more than half precision can tell from zero. Kernels are rounded to
  /// nearest even; one too large for half precision is an error.
  public func converting(weights type: ScalarType) throws(ModelError) -> Model {
    var nodes = graph.nodes
    for index in nodes.indices {
      do throws(ModelError) {
        try nodes[index].operation.convertKernel(to: type)
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

extension Operation {
  fileprivate mutating func convertKernel(to type: ScalarType) throws(ModelError) {
    switch self {
    case .convolution(var layer):
      layer.kernel = try layer.kernel.fitting(type)
      layer.bias = layer.bias?.converted(to: .float32)
      self = .convolution(layer)
    case .dense(var layer):
      layer.kernel = try layer.kernel.fitting(type)
      layer.bias = layer.bias?.converted(to: .float32)
      self = .dense(layer)
    case .batchNormalization(let layer):
      self = .batchNormalization(
        BatchNormalization(
          gamma: layer.gamma.converted(to: .float32), beta: layer.beta.converted(to: .float32),
          mean: layer.mean.converted(to: .float32),
          variance: layer.variance.converted(to: .float32), epsilon: layer.epsilon))
    case .pooling, .globalPooling, .activation, .add, .concatenate, .flatten, .zeroPadding,
      .dropout:
      break
    }
  }
}

extension WeightTensor {
  fileprivate func fitting(_ type: ScalarType) throws(ModelError) -> WeightTensor {
    let result = converted(to: type)
    guard result.isFinite else {
      throw ModelError(
        .nonFiniteWeights,
        "its kernel holds numbers too large for \(type.name); keep \(scalarType.name)")
    }
    return result
  }
}
