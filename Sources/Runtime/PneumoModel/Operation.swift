/// What one layer computes. Terms and conventions are Keras' where it has one.
public enum Operation: Equatable, Sendable {
  case convolution(Convolution)
  case dense(Dense)
  case pooling(Pooling)
  case globalPooling(PoolingKind)
  case batchNormalization(BatchNormalization)
  case activation(Activation)
  /// Sum of two or more inputs of one shape.
  case add
  /// Two or more inputs, joined along channels.
  case concatenate
  case flatten(FlattenOrder)
  /// A border of zeros around an image.
  case zeroPadding(Insets)
  /// Training only: passes its input on at inference.
  case dropout(rate: Float)

  /// The name that summaries print.
  public var name: String {
    switch self {
    case .convolution(let layer): layer.isDepthwise ? "DepthwiseConvolution" : "Convolution"
    case .dense: "Dense"
    case .pooling(let layer): layer.kind == .max ? "MaxPooling" : "AveragePooling"
    case .globalPooling(let kind): kind == .max ? "GlobalMaxPooling" : "GlobalAveragePooling"
    case .batchNormalization: "BatchNormalization"
    case .activation: "Activation"
    case .add: "Add"
    case .concatenate: "Concatenate"
    case .flatten: "Flatten"
    case .zeroPadding: "ZeroPadding"
    case .dropout: "Dropout"
    }
  }

  /// All trained numbers of the layer with their names, in the order of the file.
  public var weights: [(name: String, tensor: WeightTensor)] {
    switch self {
    case .convolution(let layer):
      [("kernel", layer.kernel)] + (layer.bias.map { [("bias", $0)] } ?? [])
    case .dense(let layer):
      [("kernel", layer.kernel)] + (layer.bias.map { [("bias", $0)] } ?? [])
    case .batchNormalization(let layer):
      [
        ("gamma", layer.gamma), ("beta", layer.beta),
        ("moving_mean", layer.mean), ("moving_variance", layer.variance),
      ]
    case .pooling, .globalPooling, .activation, .add, .concatenate, .flatten, .zeroPadding,
      .dropout:
      []
    }
  }

  /// Number of trained numbers.
  public var parameterCount: Int { weights.reduce(0) { $0 + $1.tensor.count } }
}

/// Rows and columns of something two-dimensional.
public struct Extent: Hashable, Sendable, CustomStringConvertible {
  /// Rows.
  public var height: Int
  /// Columns.
  public var width: Int

  /// This many rows and columns.
  public init(height: Int, width: Int) {
    self.height = height
    self.width = width
  }

  /// As many rows as columns.
  public init(_ both: Int) { self.init(height: both, width: both) }

  /// What summaries print.
  public var description: String { "\(height)×\(width)" }
}

/// Rows and columns added around an image.
public struct Insets: Hashable, Sendable {
  public var top, bottom, left, right: Int

  /// This many rows and columns at each side.
  public init(top: Int, bottom: Int, left: Int, right: Int) {
    self.top = top
    self.bottom = bottom
    self.left = left
    self.right = right
  }

  /// Nothing is added.
  public static let zero = Insets(top: 0, bottom: 0, left: 0, right: 0)
}

/// How a window meets the border of an image.
public enum Padding: Hashable, Sendable {
  /// Only windows that lie inside the image.
  case valid
  /// `ceil(size / stride)` outputs; an odd row or column of padding goes to the bottom or right.
  case same
  case explicit(Insets)
}

/// A function of each element, or of each pixel.
public enum Activation: UInt8, Hashable, Sendable, CaseIterable {
  case relu = 1
  /// `min(max(x, 0), 6)`
  case relu6 = 2
  case sigmoid = 3
  /// Over channels.
  case softmax = 4
  case tanh = 5
  /// `x * sigmoid(x)`
  case swish = 6
}

extension Activation {
  /// The limits that this activation clamps to, `nil` where it is none that clamps.
  public var clampLimits: (low: Float, high: Float)? {
    switch self {
    case .relu: (0, .infinity)
    case .relu6: (0, 6)
    case .sigmoid, .softmax, .tanh, .swish: nil
    }
  }
}

extension Activation: CustomStringConvertible {
  /// What summaries print.
  public var description: String {
    switch self {
    case .relu: "relu"
    case .relu6: "relu6"
    case .sigmoid: "sigmoid"
    case .softmax: "softmax"
    case .tanh: "tanh"
    case .swish: "swish"
    }
  }
}

/// Two-dimensional cross-correlation, bias and activation.
public struct Convolution: Equatable, Sendable {
  /// Shape (kernel height, kernel width, input channels / groups, output channels): Keras' HWIO.
  public var kernel: WeightTensor
  /// Shape (output channels).
  public var bias: WeightTensor?
  /// Input rows and columns from an output to the next.
  public var stride: Extent
  /// How windows meet the border of the image.
  public var padding: Padding
  /// Input rows and columns from an element of the kernel to the next.
  public var dilation: Extent
  /// Input and output channels are split into this many independent convolutions.
  public var groups: Int
  /// `nil` is the identity.
  public var activation: Activation?

  /// A layer of these parameters.
  public init(
    kernel: WeightTensor, bias: WeightTensor? = nil, stride: Extent = Extent(1),
    padding: Padding = .valid, dilation: Extent = Extent(1), groups: Int = 1,
    activation: Activation? = nil
  ) {
    self.kernel = kernel
    self.bias = bias
    self.stride = stride
    self.padding = padding
    self.dilation = dilation
    self.groups = groups
    self.activation = activation
  }

  /// Whether each input channel is convolved on its own.
  public var isDepthwise: Bool { groups > 1 && kernel.shape.count == 4 && kernel.shape[2] == 1 }
}

/// A fully connected layer: `activation(x · kernel + bias)`.
public struct Dense: Equatable, Sendable {
  /// Shape (inputs, outputs).
  public var kernel: WeightTensor
  /// Shape (outputs).
  public var bias: WeightTensor?
  /// `nil` is the identity.
  public var activation: Activation?

  /// A dense layer.
  public init(kernel: WeightTensor, bias: WeightTensor? = nil, activation: Activation? = nil) {
    self.kernel = kernel
    self.bias = bias
    self.activation = activation
  }
}

/// What pooling makes of a window.
public enum PoolingKind: UInt8, Hashable, Sendable, CaseIterable {
  case max = 0
  case average = 1
}

/// Maximum or mean over windows of each channel. Padding never counts as a maximum.
public struct Pooling: Hashable, Sendable {
  /// Maximum or mean.
  public var kind: PoolingKind
  /// Rows and columns of a window.
  public var window: Extent
  /// Input rows and columns from an output to the next.
  public var stride: Extent
  /// How windows meet the border of the image.
  public var padding: Padding
  /// Whether a mean divides by the whole window (PyTorch's default) or by what of it lies inside
  /// the image (Keras).
  public var countsPadding: Bool

  /// A layer of these parameters.
  public init(
    _ kind: PoolingKind, window: Extent, stride: Extent, padding: Padding = .valid,
    countsPadding: Bool = false
  ) {
    self.kind = kind
    self.window = window
    self.stride = stride
    self.padding = padding
    self.countsPadding = countsPadding
  }
}

/// `gamma * (x - mean) / sqrt(variance + epsilon) + beta` per channel, with the moving statistics
/// (Ioffe & Szegedy 2015). All four tensors have the shape (channels).
public struct BatchNormalization: Equatable, Sendable {
  /// The scale.
  public var gamma: WeightTensor
  /// The shift.
  public var beta: WeightTensor
  /// The moving mean.
  public var mean: WeightTensor
  /// The moving variance; with epsilon greater than zero.
  public var variance: WeightTensor
  /// What keeps the root away from zero.
  public var epsilon: Float

  /// A layer of these parameters.
  public init(
    gamma: WeightTensor, beta: WeightTensor, mean: WeightTensor, variance: WeightTensor,
    epsilon: Float
  ) {
    self.gamma = gamma
    self.beta = beta
    self.mean = mean
    self.variance = variance
    self.epsilon = epsilon
  }
}

/// The order in which an image becomes a vector.
public enum FlattenOrder: UInt8, Hashable, Sendable, CaseIterable {
  /// Keras, TensorFlow.
  case heightWidthChannels = 0
  /// PyTorch, ONNX.
  case channelsHeightWidth = 1
}
