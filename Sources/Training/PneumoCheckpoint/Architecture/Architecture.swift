import PneumoModel

/// A network as it is declared, before it has weights, in the terms of ``Graph``.
package struct Architecture: Hashable, Sendable {
  /// What a layer computes.
  package enum Kind: Hashable, Sendable {
    case convolution(
      filters: Int, kernel: Extent, stride: Extent, padding: Padding, dilation: Extent,
      groups: Int, activation: Activation?, hasBias: Bool)
    /// A filter of its own for each channel.
    case depthwiseConvolution(
      kernel: Extent, stride: Extent, padding: Padding, dilation: Extent,
      activation: Activation?, hasBias: Bool)
    case dense(units: Int, activation: Activation?, hasBias: Bool)
    case pooling(Pooling)
    case globalPooling(PoolingKind)
    case batchNormalization(epsilon: Float, momentum: Float)
    case activation(Activation)
    case add
    case concatenate
    case flatten
    case zeroPadding(Insets)
    case dropout(rate: Float)
  }

  /// One layer.
  package struct Layer: Hashable, Sendable {
    /// Unique in the network.
    package var name: String
    /// Names of the layers it reads, `input` for the picture; empty: the layer before.
    package var inputs: [String]
    /// What it computes.
    package var kind: Kind
    /// The factor of an L2 penalty on its kernel, `l2 · Σ w²`.
    package var l2: Float

    /// A declared layer.
    package init(_ name: String, _ kind: Kind, inputs: [String] = [], l2: Float = 0) {
      self.name = name
      self.kind = kind
      self.inputs = inputs
      self.l2 = l2
    }
  }

  /// The shape of one image.
  package var inputShape: TensorShape
  /// Each after those it reads; the last is the output.
  package var layers: [Layer]

  /// A declared network.
  package init(inputShape: TensorShape, layers: [Layer]) {
    self.inputShape = inputShape
    self.layers = layers
  }

  /// The name under which layers read the picture.
  package static let inputName = "input"

  /// Factors of L2 penalties, by layer; only those that are not zero.
  package var penalties: [String: Float] {
    Dictionary(
      layers.filter { $0.l2 != 0 }.map { ($0.name, $0.l2) }, uniquingKeysWith: { $1 })
  }

  /// Momenta of batch normalisations, by layer.
  package var momenta: [String: Float] {
    var result: [String: Float] = [:]
    for layer in layers {
      if case .batchNormalization(_, let momentum) = layer.kind { result[layer.name] = momentum }
    }
    return result
  }
}

extension Architecture.Kind {
  /// A square convolution with stride 1 and a bias.
  package static func convolution(
    _ filters: Int, _ size: Int, stride: Int = 1, padding: Padding = .valid,
    activation: Activation? = nil, hasBias: Bool = true
  ) -> Architecture.Kind {
    .convolution(
      filters: filters, kernel: Extent(size), stride: Extent(stride), padding: padding,
      dilation: Extent(1), groups: 1, activation: activation, hasBias: hasBias)
  }

  /// A square depthwise convolution.
  package static func depthwise(
    _ size: Int, stride: Int = 1, padding: Padding = .same, activation: Activation? = nil,
    hasBias: Bool = false
  ) -> Architecture.Kind {
    .depthwiseConvolution(
      kernel: Extent(size), stride: Extent(stride), padding: padding, dilation: Extent(1),
      activation: activation, hasBias: hasBias)
  }

  /// Pooling of windows that do not overlap.
  package static func pooling(_ kind: PoolingKind, _ size: Int) -> Architecture.Kind {
    .pooling(Pooling(kind, window: Extent(size), stride: Extent(size)))
  }
}
