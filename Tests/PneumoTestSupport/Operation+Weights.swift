import PneumoModel

extension Operation {
  /// The same layer with other weights of the same shapes; those for which `tensor` answers `nil` stay.
  public func replacingWeights(_ tensor: (_ name: String) -> WeightTensor?) -> Operation {
    switch self {
    case .convolution(var layer):
      layer.kernel = tensor("kernel") ?? layer.kernel
      layer.bias = layer.bias.map { tensor("bias") ?? $0 }
      return .convolution(layer)
    case .dense(var layer):
      layer.kernel = tensor("kernel") ?? layer.kernel
      layer.bias = layer.bias.map { tensor("bias") ?? $0 }
      return .dense(layer)
    case .batchNormalization(let layer):
      return .batchNormalization(
        BatchNormalization(
          gamma: tensor("gamma") ?? layer.gamma, beta: tensor("beta") ?? layer.beta,
          mean: tensor("moving_mean") ?? layer.mean,
          variance: tensor("moving_variance") ?? layer.variance, epsilon: layer.epsilon))
    case .pooling, .globalPooling, .activation, .add, .concatenate, .flatten, .zeroPadding,
      .dropout:
      return self
    }
  }
}
