import PneumoModel

extension Architecture {
  /// The study's networks, by their number: 1 plain, 2 and 3 with dropout and L2 penalties, 4 the same
  /// for images of 224×224. The third and fourth are trained with augmentation.
  ///
  /// - Parameters:
  ///   - size: the side of the images; the study's where it is `nil`.
  ///   - classes: two classes are one sigmoid.
  package static func study(_ number: Int, size: Int? = nil, classes: Int = 2) -> Architecture {
    let isRegularized = number > 1
    let side = size ?? (number == 4 ? 224 : 150)
    let l2: Float = isRegularized ? 0.01 : 0
    var layers: [Layer] = []
    func drop(_ name: String) {
      if isRegularized { layers.append(Layer(name, .dropout(rate: 0.5))) }
    }
    for (index, filters) in [32, 64, 128, 128].enumerated() {
      layers.append(Layer("conv\(index + 1)", .convolution(filters, 3, activation: .relu)))
      layers.append(Layer("pool\(index + 1)", .pooling(.max, 2)))
      if index >= 2 { drop("dropout\(index - 1)") }
    }
    layers.append(Layer("flatten", .flatten))
    layers.append(Layer("dense1", .dense(units: 512, activation: .relu, hasBias: true), l2: l2))
    drop("dropout3")
    layers.append(Layer("dense2", .dense(units: 64, activation: .relu, hasBias: true), l2: l2))
    layers.append(Layer("dense3", classifier(classes)))
    return Architecture(
      inputShape: .image(height: side, width: side, channels: 3), layers: layers)
  }

  /// The last layer: one sigmoid for two classes, softmax for more.
  static func classifier(_ classes: Int) -> Kind {
    .dense(
      units: classes == 2 ? 1 : classes, activation: classes == 2 ? .sigmoid : .softmax,
      hasBias: true)
  }
}
