import PneumoKernelABI
import PneumoModel

/// A convolution, the sizes of what it reads and writes, and whether 2×2 pooling is fused with it.
struct ConvolutionGeometry: Sendable {
  let layer: Convolution<WeightTensor>
  let input: Extent
  let inputChannels: Int
  /// Size of the convolution's output before pooling.
  let convolved: Extent
  let outputChannels: Int
  let isPooled: Bool
  /// Zeros around the input.
  let insets: Insets

  init(
    layer: Convolution<WeightTensor>, input: Extent, inputChannels: Int, convolved: Extent,
    outputChannels: Int, isPooled: Bool
  ) {
    self.layer = layer
    self.input = input
    self.inputChannels = inputChannels
    self.convolved = convolved
    self.outputChannels = outputChannels
    self.isPooled = isPooled
    insets = layer.insets(of: input)
  }

  /// Size of the output; pooling drops an odd row and column.
  var output: Extent {
    isPooled
      ? Extent(height: convolved.height / 2, width: convolved.width / 2) : convolved
  }

  /// Pixels of a row of the padded input.
  var paddedWidth: Int { input.width + insets.left + insets.right }

  var window: Extent { layer.window }

  /// Multiplications with additions for one image, as the definition counts them.
  var multiplyAdds: Int { convolved.height * convolved.width * layer.kernel.count }

  /// Arguments of a kernel that reads padded input.
  func arguments(
    _ tile: Step.Tile, kernel: UnsafeRawPointer, bias: UnsafePointer<Float>
  ) -> ConvolutionArguments {
    var arguments = ConvolutionArguments(
      input: tile.input, kernel: kernel, bias: bias, output: tile.output,
      scratch: tile.scratch, inputRowStride: paddedWidth * inputChannels,
      inputPixelStride: inputChannels,
      outputRowStride: output.width * outputChannels, outputPixelStride: outputChannels,
      outputWidth: output.width, kernelHeight: window.height, kernelWidth: window.width,
      inputChannels: inputChannels, outputChannels: outputChannels)
    arguments.isPooled = isPooled
    arguments.strideHeight = layer.stride.height
    arguments.strideWidth = layer.stride.width
    arguments.dilationHeight = layer.dilation.height
    arguments.dilationWidth = layer.dilation.width
    if let limits = layer.activation?.clampLimits {
      (arguments.low, arguments.high) = limits
    }
    return arguments
  }

  /// The name of a kernel for this, such as `conv3x3s1WinogradF4BiasReLUMaxPool2x2`.
  func kernelName(_ operation: String, _ algorithm: String) -> String {
    let stride =
      layer.stride.height == layer.stride.width
      ? "\(layer.stride.height)" : "\(layer.stride.height)x\(layer.stride.width)"
    return "\(operation)\(window.height)x\(window.width)s\(stride)\(algorithm)"
      + fusionSuffix(layer.bias, layer.activation) + (isPooled ? "MaxPool2x2" : "")
  }
}

/// What of a layer's bias and activation is fused into its kernel, as kernel names tell it.
func fusionSuffix(_ bias: WeightTensor?, _ activation: Activation?) -> String {
  (bias == nil ? "" : "Bias")
    + (activation.flatMap { $0.clampLimits == nil ? nil : $0.kernelName } ?? "")
}
