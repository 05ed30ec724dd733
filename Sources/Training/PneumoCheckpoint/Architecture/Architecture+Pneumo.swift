import PneumoModel

extension Architecture {
  /// Pneumo's own network for gray images: a stem, then stages of residual blocks of two 3×3
  /// convolutions, each halving the image, and the mean over the last one (He et al. 2016, kept
  /// small). Batch normalization costs nothing after freezing, since it is folded.
  package static func pneumo(
    size: Int, classes: Int = 2
  ) throws(CheckpointError) -> Architecture {
    var network = ArchitectureBuilder(
      inputShape: .image(height: size, width: size, channels: 1))
    func normalized(
      _ name: String, _ filters: Int, _ network: inout ArchitectureBuilder
    ) throws(CheckpointError) {
      try network.convolution(name, filters: filters, kernel: 3, padding: .same, hasBias: false)
      try network.batchNormalization("\(name)_norm", momentum: 0.97)
    }
    try normalized("stem", 16, &network)
    try network.append("stem_relu", .activation(.relu))
    try network.maxPooling("stem_pool", 2)
    for (index, filters) in [32, 64, 96, 128].enumerated() {
      let stage = "stage\(index + 1)"
      try normalized("\(stage)_in", filters, &network)
      try network.append("\(stage)_in_relu", .activation(.relu))
      try network.maxPooling("\(stage)_pool", 2)
      try normalized("\(stage)_a", filters, &network)
      try network.append("\(stage)_a_relu", .activation(.relu))
      try normalized("\(stage)_b", filters, &network)
      try network.append("\(stage)_sum", .add, inputs: ["\(stage)_b_norm", "\(stage)_pool"])
      try network.append("\(stage)_relu", .activation(.relu))
    }
    try network.append("mean", .globalPooling(.average))
    try network.append("dropout", .dropout(rate: 0.2))
    try network.classifier("classifier", classes: classes)
    return try network.architecture()
  }
}
