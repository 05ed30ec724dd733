import PneumoModel

extension Architecture {
  /// The study's networks, by their number: 1 plain, 2 and 3 with dropout and L2 penalties, 4 the same
  /// for images of 224×224. The third and fourth are trained with augmentation.
  ///
  /// - Parameters:
  ///   - size: the side of the images; the study's where it is `nil`.
  ///   - classes: two classes are one sigmoid.
  package static func study(
    _ number: Int, size: Int? = nil, classes: Int = 2
  ) throws(CheckpointError) -> Architecture {
    let isRegularized = number > 1
    let side = size ?? (number == 4 ? 224 : 150)
    let l2: Float = isRegularized ? 0.01 : 0
    var network = ArchitectureBuilder(
      inputShape: .image(height: side, width: side, channels: 3))
    func drop(
      _ name: String, _ network: inout ArchitectureBuilder
    ) throws(CheckpointError) {
      if isRegularized { try network.append(name, .dropout(rate: 0.5)) }
    }
    for (index, filters) in [32, 64, 128, 128].enumerated() {
      try network.convolution(
        "conv\(index + 1)", filters: filters, kernel: 3, activation: .relu)
      try network.maxPooling("pool\(index + 1)", 2)
      if index >= 2 { try drop("dropout\(index - 1)", &network) }
    }
    try network.append("flatten", .flatten(.heightWidthChannels))
    try network.dense("dense1", units: 512, activation: .relu, l2: l2)
    try drop("dropout3", &network)
    try network.dense("dense2", units: 64, activation: .relu, l2: l2)
    try network.classifier("dense3", classes: classes)
    return try network.architecture()
  }
}
