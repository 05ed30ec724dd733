import PneumoModel

extension Architecture {
  /// Pneumo's own network for gray images: a stem, then stages of residual blocks of two 3×3
  /// convolutions, each halving the picture, and the mean over the last one (He et al. 2016, kept
  /// small). Batch normalisation costs nothing after freezing, since it is folded.
  package static func pneumo(size: Int, classes: Int = 2) -> Architecture {
    var layers: [Layer] = []
    func normalized(_ name: String, _ kind: Kind, inputs: [String] = []) {
      layers.append(Layer(name, kind, inputs: inputs))
      layers.append(Layer("\(name)_norm", .batchNormalization(epsilon: 1e-3, momentum: 0.97)))
    }
    normalized("stem", .convolution(16, 3, padding: .same, hasBias: false))
    layers.append(Layer("stem_relu", .activation(.relu)))
    layers.append(Layer("stem_pool", .pooling(.max, 2)))
    var last = "stem_pool"
    for (index, filters) in [32, 64, 96, 128].enumerated() {
      let stage = "stage\(index + 1)"
      normalized(
        "\(stage)_in", .convolution(filters, 3, padding: .same, hasBias: false), inputs: [last])
      layers.append(Layer("\(stage)_in_relu", .activation(.relu)))
      layers.append(Layer("\(stage)_pool", .pooling(.max, 2)))
      normalized("\(stage)_a", .convolution(filters, 3, padding: .same, hasBias: false))
      layers.append(Layer("\(stage)_a_relu", .activation(.relu)))
      normalized("\(stage)_b", .convolution(filters, 3, padding: .same, hasBias: false))
      layers.append(
        Layer("\(stage)_sum", .add, inputs: ["\(stage)_b_norm", "\(stage)_pool"]))
      layers.append(Layer("\(stage)_relu", .activation(.relu)))
      last = "\(stage)_relu"
    }
    layers.append(Layer("mean", .globalPooling(.average)))
    layers.append(Layer("dropout", .dropout(rate: 0.2)))
    layers.append(Layer("classifier", classifier(classes)))
    return Architecture(
      inputShape: .image(height: size, width: size, channels: 1), layers: layers)
  }
}
