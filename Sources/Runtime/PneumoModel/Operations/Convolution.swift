/// Two-dimensional cross-correlation, bias and activation.
public struct Convolution<Weight: LayerWeight>: Equatable, Sendable {
  /// Shape (kernel height, kernel width, input channels / groups, output channels): Keras' HWIO.
  public var kernel: Weight
  /// Shape (output channels).
  public var bias: Weight?
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
    kernel: Weight, bias: Weight? = nil, stride: Extent = Extent(1),
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

  /// Rows and columns of the kernel.
  package var window: Extent { Extent(height: kernel.shape[0], width: kernel.shape[1]) }

  /// Rows and columns of zeros around an image of `size`.
  package func insets(of size: Extent) -> Insets {
    padding.insets(of: size, window: window, stride: stride, dilation: dilation)
  }

  /// The same layer with what `transform` makes of each weight.
  func mapWeights<New: LayerWeight, Failure: Error>(
    _ transform: (_ name: String, Weight) throws(Failure) -> New
  ) throws(Failure) -> Convolution<New> {
    let kernel = try transform("kernel", kernel)
    var newBias: New?
    if let bias { newBias = try transform("bias", bias) }
    return Convolution<New>(
      kernel: kernel, bias: newBias, stride: stride, padding: padding, dilation: dilation,
      groups: groups, activation: activation)
  }
}

extension Convolution: Hashable where Weight: Hashable {}

extension Convolution: Layer {
  package static var code: UInt8 { 1 }
  package static var formatVersion: Int { 1 }
  package static var inputCounts: ClosedRange<Int> { 1...1 }
  /// The second is a convolution with one filter for each channel.
  package static var types: [String] { ["convolution", "depthwise"] }
  package var type: String {
    Self.types[isDepthwise && kernel.shape[3] == groups ? 1 : 0]
  }
  package var name: String { isDepthwise ? "DepthwiseConvolution" : "Convolution" }
  package var resamplesPixels: Bool { false }

  package mutating func visit<Visitor: FieldVisitor>(
    _ fields: inout Visitor
  ) throws(Visitor.Failure) where Visitor.Weight == Weight {
    let isDepthwise = fields.type == Self.types[1]
    let shape = kernel.shape.count == 4 ? kernel.shape : [0, 0, 0, 0]
    var (size, filters) = (Extent(height: shape[0], width: shape[1]), shape[3])
    let channels = fields.channels(or: groups * shape[2])
    if !isDepthwise { try fields.size(&filters, "filters") }
    try fields.size(&size, "kernel")
    try fields.extent(&stride, "stride", default: Extent(1))
    try fields.padding(&padding, "padding")
    try fields.extent(&dilation, "dilation", default: Extent(1))
    if isDepthwise {
      (groups, filters) = (channels, channels)
    } else {
      try fields.count(&groups, "groups", default: 1)
    }
    try fields.activation(&activation, "activation")
    // Groups that do not divide the channels are an error of `outputShape`.
    let inputs = groups > 0 && channels % groups == 0 ? channels / groups : channels
    try fields.kernel(
      &kernel, bias: &bias, shape: [size.height, size.width, inputs, filters])
  }

  package func outputShape(of inputs: [TensorShape]) throws(ModelError) -> TensorShape {
    let (size, channels) = try inputs[0].image(for: name)
    guard kernel.shape.count == 4, kernel.shape.allSatisfy({ $0 > 0 }) else {
      throw ModelError(
        .shapeMismatch, "a kernel of four axes is needed, found \(kernel.shape)")
    }
    let (inputs, outputs) = (kernel.shape[2], kernel.shape[3])
    guard groups >= 1, channels % groups == 0, outputs % groups == 0 else {
      throw ModelError(
        .invalidParameter,
        "\(groups) groups, expected a divisor of \(channels) input and \(outputs) output channels")
    }
    guard inputs == channels / groups else {
      throw ModelError(
        .shapeMismatch,
        "the kernel takes \(inputs) channels in each of \(groups) groups, the input has \(channels)"
      )
    }
    try checkBias(bias, count: outputs)
    let output = try padding.outputSize(
      of: size, channels: channels, window: window, stride: stride, dilation: dilation)
    return .image(height: output.height, width: output.width, channels: outputs)
  }
}
