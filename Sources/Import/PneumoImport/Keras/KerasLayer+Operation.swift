import PneumoModel

/// Why one layer is not supported.
struct UnsupportedReason: Error {
  let text: String

  init(_ text: String) { self.text = text }
}

extension KerasLayer {
  /// What the layer computes, or why that cannot be expressed.
  func operation() throws(UnsupportedReason) -> KerasOperation {
    if let customName {
      throw UnsupportedReason("it is '\(customName)', a class of your own, not one of Keras")
    }
    if Self.identityClasses.contains(className) { return .identity }
    if className == "Pipeline" { return try pipeline() }
    try checkDataFormat()
    switch className {
    case "Conv2D", "Convolution2D":
      var layer = try convolution()
      layer.filters = try count("filters")
      layer.groups = config["groups"] == nil ? 1 : try count("groups")
      return .convolution(layer)
    case "DepthwiseConv2D":
      var layer = try convolution()
      layer.depthMultiplier = try multiplier()
      return .convolution(layer)
    case "SeparableConv2D", "SeparableConvolution2D":
      var layer = try convolution()
      layer.filters = try count("filters")
      layer.depthMultiplier = try multiplier()
      return .separableConvolution(layer)
    case "Dense":
      return .dense(
        units: try count("units"), usesBias: try flag("use_bias", default: true),
        activation: try activation())
    case "BatchNormalization": return .batchNormalization(try batchNormalization())
    case "Concatenate": return .concatenate(axis: config["axis"]?.int ?? -1)
    case "Softmax":
      guard let axis = try axis() else { throw UnsupportedReason("softmax over several axes") }
      return .softmax(axis: axis)
    case "Activation": return try activation().map { .plain(.activation($0)) } ?? .identity
    case "Rescaling":
      return .rescaling(
        Rescaling(
          scale: try numbers("scale", default: 1), offset: try numbers("offset", default: 0)))
    default: return .plain(try plainOperation())
    }
  }

  private func plainOperation() throws(UnsupportedReason) -> Operation {
    switch className {
    case "MaxPooling2D", "MaxPool2D": return .pooling(try pooling(.max))
    case "AveragePooling2D", "AvgPool2D": return .pooling(try pooling(.average))
    case "GlobalMaxPooling2D", "GlobalMaxPool2D": return .globalPooling(try globalPooling(.max))
    case "GlobalAveragePooling2D", "GlobalAvgPool2D":
      return .globalPooling(try globalPooling(.average))
    case "ReLU": return .activation(try rectifier())
    case "Add": return .add
    case "Multiply": return .multiply
    case "Flatten": return .flatten(.heightWidthChannels)
    case "ZeroPadding2D": return .zeroPadding(try insets())
    case "Dropout", "SpatialDropout2D", "GaussianDropout", "AlphaDropout":
      return .dropout(rate: Float(config["rate"]?.double ?? 0))
    default:
      throw UnsupportedReason("this class is not supported")
    }
  }

  /// Noise, penalties on activations, and augmentation: at inference they pass their input on
  /// (checked with `layer(x, training=False)` by Tools/make-keras-goldens.py).
  static let identityClasses: Set = [
    "ActivityRegularization", "AugMix", "CutMix", "Equalization", "GaussianNoise", "Identity",
    "MixUp", "RandAugment", "RandomBrightness", "RandomColorDegeneration", "RandomColorJitter",
    "RandomContrast", "RandomElasticTransform", "RandomErasing", "RandomFlip", "RandomGaussianBlur",
    "RandomGrayscale", "RandomHeight", "RandomHue", "RandomInvert", "RandomPerspective",
    "RandomPosterization", "RandomRotation", "RandomSaturation", "RandomSharpness", "RandomShear",
    "RandomTranslation", "RandomWidth", "RandomZoom", "Solarization",
  ]

  /// A `Pipeline` of augmentation, which does nothing at inference as its layers do.
  private func pipeline() throws(UnsupportedReason) -> KerasOperation {
    for json in config["layers"]?.array ?? [] {
      let layer = try? KerasEntry(json)
      guard let layer, layer.customName == nil, Self.identityClasses.contains(layer.className)
      else {
        throw UnsupportedReason(
          "it holds \(layer.map { "'\($0.className)'" } ?? json.kind), and only layers that do "
            + "nothing at inference are supported in a Pipeline; put it into the model itself")
      }
    }
    return .identity
  }

  /// What an error offers instead of an unknown class.
  static let supportedClasses = [
    "Conv2D", "DepthwiseConv2D", "SeparableConv2D", "Dense", "MaxPooling2D", "AveragePooling2D",
    "GlobalMaxPooling2D", "GlobalAveragePooling2D", "BatchNormalization", "Activation", "ReLU",
    "Softmax", "Add", "Multiply", "Concatenate", "Flatten", "ZeroPadding2D", "Dropout",
    "Rescaling", "Identity", "and all that do nothing at inference, such as RandomFlip",
  ]

  private func checkDataFormat() throws(UnsupportedReason) {
    guard let format = config["data_format"]?.string, format != "channels_last" else { return }
    throw UnsupportedReason(
      "data_format is '\(format)'; only channels_last is supported: build the model with it, "
        + "load the weights and save it again")
  }

  private func convolution() throws(UnsupportedReason) -> KerasConvolution {
    KerasConvolution(
      kernelSize: try extent("kernel_size"), stride: try extent("strides", default: Extent(1)),
      padding: try padding(), dilation: try extent("dilation_rate", default: Extent(1)),
      usesBias: try flag("use_bias", default: true), activation: try activation())
  }

  private func multiplier() throws(UnsupportedReason) -> Int {
    config["depth_multiplier"] == nil ? 1 : try count("depth_multiplier")
  }

  private func batchNormalization() throws(UnsupportedReason) -> KerasBatchNormalization {
    guard let axis = try axis() else { throw UnsupportedReason("it has several axes") }
    guard try !flag("renorm", default: false) else {
      throw UnsupportedReason("batch renormalization is not supported")
    }
    let epsilon = config["epsilon"]?.double ?? 1e-3
    return KerasBatchNormalization(
      axis: axis, epsilon: Float(epsilon), scales: try flag("scale", default: true),
      centers: try flag("center", default: true))
  }

  private func pooling(_ kind: PoolingKind) throws(UnsupportedReason) -> Pooling {
    let window = try extent("pool_size", default: Extent(2))
    return Pooling(
      kind, window: window, stride: try extent("strides", default: window),
      padding: try padding())
  }

  private func globalPooling(_ kind: PoolingKind) throws(UnsupportedReason) -> PoolingKind {
    guard try !flag("keepdims", default: false) else {
      throw UnsupportedReason("keepdims=True is not supported; False is")
    }
    return kind
  }

  private func rectifier() throws(UnsupportedReason) -> Activation {
    for key in ["negative_slope", "threshold"] {
      guard config[key] == nil || config[key]?.double == 0 else {
        throw UnsupportedReason("its \(key) is not 0, the only one supported")
      }
    }
    guard let maximum = config["max_value"] else { return .relu }
    guard maximum.double == 6 else {
      throw UnsupportedReason("its max_value is neither None nor 6, the ones supported")
    }
    return .relu6
  }

  /// `nil` is the identity.
  private func activation() throws(UnsupportedReason) -> Activation? {
    guard let value = config["activation"] else { return nil }
    // Keras' own functions are saved by name. An object may be a function of the same name: Keras 3
    // writes one for `tf.nn.silu`, which it calls 'swish', and for anybody's own 'swish'.
    guard let name = value.string else {
      let found = value["config"]?.string ?? value["class_name"]?.string ?? value.kind
      throw UnsupportedReason(
        "its activation '\(found)' is a function or layer of its own; give Keras' own by its name, "
          + "such as activation='relu', and save the model again")
    }
    switch name {
    case "linear": return nil
    case "relu": return .relu
    case "relu6": return .relu6
    case "sigmoid": return .sigmoid
    case "softmax": return .softmax
    case "tanh": return .tanh
    case "swish", "silu": return .swish
    case "hard_swish", "hard_silu": return .hardSwish
    default:
      throw UnsupportedReason(
        "its activation is '\(name)'; supported are linear, relu, relu6, sigmoid, softmax, tanh, "
          + "swish (silu) and hard_swish (hard_silu)")
    }
  }

  // MARK: - Values of a configuration

  private func count(_ key: String) throws(UnsupportedReason) -> Int {
    guard let value = config[key]?.int, (1...Limits.axis).contains(value) else {
      throw UnsupportedReason("its \(key) is not a whole number of 1 to \(Limits.axis)")
    }
    return value
  }

  private func flag(_ key: String, default value: Bool) throws(UnsupportedReason) -> Bool {
    guard let found = config[key] else { return value }
    guard let flag = found.bool else {
      throw UnsupportedReason("its \(key) is neither true nor false")
    }
    return flag
  }

  /// A finite number or a list of them.
  private func numbers(
    _ key: String, default value: Double
  ) throws(UnsupportedReason) -> [Float] {
    let found = config[key] ?? .double(value)
    let values = (found.array ?? [found]).map { $0.double.map { Float($0) } ?? .nan }
    guard !values.isEmpty, values.allSatisfy(\.isFinite) else {
      throw UnsupportedReason("its \(key) is neither a number nor a list of numbers")
    }
    return values
  }

  /// The only axis, as a number or a list of one; -1, the last, where there is none.
  private func axis() throws(UnsupportedReason) -> Int? {
    guard let axis = config["axis"] else { return -1 }
    let list = axis.array ?? [axis]
    return list.count == 1 ? list[0].int : nil
  }

  private func padding() throws(UnsupportedReason) -> Padding {
    switch config["padding"]?.string ?? "valid" {
    case "valid": return .valid
    case "same": return .same
    case let other:
      throw UnsupportedReason("its padding is '\(other)'; supported are valid and same")
    }
  }

  /// Two sizes, or one for both.
  private func extent(
    _ key: String, default value: Extent? = nil
  ) throws(UnsupportedReason) -> Extent {
    guard let found = config[key] else {
      if let value { return value }
      throw UnsupportedReason("it has no \(key)")
    }
    let sizes = (found.array ?? [found, found]).map(\.int)
    guard sizes.count == 2, let height = sizes[0], let width = sizes[1],
      (1...Limits.window).contains(height), (1...Limits.window).contains(width)
    else {
      throw UnsupportedReason("its \(key) is not two whole numbers of 1 to \(Limits.window)")
    }
    return Extent(height: height, width: width)
  }

  /// One number, two, or ((top, bottom), (left, right)).
  private func insets() throws(UnsupportedReason) -> Insets {
    let found = config["padding"] ?? .int(1)
    let axes = found.array ?? [found, found]
    let sizes = axes.flatMap { ($0.array ?? [$0, $0]).map { $0.int ?? -1 } }
    guard axes.count == 2, sizes.count == 4, sizes.allSatisfy({ (0...Limits.window) ~= $0 })
    else {
      throw UnsupportedReason("its padding is not two pairs of whole numbers")
    }
    return Insets(top: sizes[0], bottom: sizes[1], left: sizes[2], right: sizes[3])
  }
}
