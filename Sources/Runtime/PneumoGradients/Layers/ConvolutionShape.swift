import PneumoCompute
import PneumoKernelABI
import PneumoModel

/// What all ways to compute a convolution share: what it reads and writes, its parameters, and the 2×2
/// pooling and clamping that are fused with it.
final class ConvolutionShape: Sendable {
  let name: String
  let layer: Convolution<WeightTensor>
  let input: Value
  /// What is written, after pooling.
  let output: Value
  /// Size of the convolution's output before pooling.
  let convolved: Extent
  /// With pooling: which of each 2×2 sums was the largest, as the kernels tell it.
  let choices: FloatBuffer?
  let kernel: Parameter
  let bias: Parameter?
  let insets: Insets
  let kernels: KernelTable
  let batch: Batch
  private let biasSums: SlotSums

  init(
    name: String, layer: Convolution<WeightTensor>, options: NetworkBuilder.Options, input: Value,
    output: Value, convolved: Extent, isPooled: Bool, kernels: KernelTable, batch: Batch
  ) {
    self.name = name
    self.layer = layer
    self.input = input
    self.output = output
    self.convolved = convolved
    self.kernels = kernels
    self.batch = batch
    choices = isPooled ? FloatBuffer(count: output.data.count) : nil
    kernel = Parameter(
      "\(name)/kernel", layer.kernel, penalty: options.penalties[name] ?? 0, isDecayed: true)
    bias = layer.bias.map { Parameter("\(name)/bias", $0) }
    insets = layer.insets(of: input.extent)
    biasSums = SlotSums(slots: batch.slotCapacity, count: layer.kernel.shape[3])
  }

  var kernelHeight: Int { layer.kernel.shape[0] }
  var kernelWidth: Int { layer.kernel.shape[1] }
  /// Input channels of a group.
  var inputs: Int { layer.kernel.shape[2] }
  /// Output channels of all groups.
  var outputs: Int { layer.kernel.shape[3] }
  var limits: (low: Float, high: Float)? { layer.activation?.clampLimits }
  var parameters: [Parameter] { [kernel] + (bias.map { [$0] } ?? []) }
  /// As the definition counts them, for one image.
  var multiplyAdds: Int { convolved.height * convolved.width * layer.kernel.count }

  /// The bias, zeros where there is none, padded to whole blocks of each group.
  func copyBias(to packed: FloatBuffer) {
    guard let bias else { return }
    let perGroup = outputs / layer.groups
    for output in 0..<outputs {
      packed.pointer[output / perGroup * kernels.padded(perGroup) + output % perGroup] =
        bias.values.pointer[output]
    }
  }

  /// The image with its border, in `room`: the image itself where there is none.
  func padded(
    _ image: Int, _ room: UnsafeMutablePointer<Float>
  ) -> UnsafeMutablePointer<Float> {
    if insets == .zero { return input.data(image) }
    input.copyPadded(image, insets, to: room)
    return room
  }

  /// Arguments of a kernel that goes over an image with its border, for all groups together.
  func arguments(
    _ image: Int, input padded: UnsafePointer<Float>, kernel: UnsafePointer<Float>,
    bias: UnsafePointer<Float>, scratch: UnsafeMutablePointer<Float>
  ) -> ConvolutionArguments {
    var arguments = ConvolutionArguments(
      input: padded, kernel: kernel, bias: bias, output: output.data(image), scratch: scratch,
      inputRowStride: input.paddedRowCount(insets), inputPixelStride: input.channels,
      outputRowStride: output.extent.width * output.channels, outputPixelStride: output.channels,
      outputWidth: output.extent.width, kernelHeight: kernelHeight, kernelWidth: kernelWidth,
      inputChannels: inputs, outputChannels: outputs)
    arguments.strideHeight = layer.stride.height
    arguments.strideWidth = layer.stride.width
    arguments.dilationHeight = layer.dilation.height
    arguments.dilationWidth = layer.dilation.width
    if let limits { (arguments.low, arguments.high) = limits }
    return arguments
  }

  /// The choices of an image and those after it, to be written in training; `nil` without pooling.
  func chosen(_ image: Int) -> UnsafeMutablePointer<Float>? {
    choices.map { $0.pointer + image * output.count }
  }

  /// Takes what clamping and pooling stop out of the gradient of the output, and adds up the
  /// gradient of the bias.
  func maskGradient(_ slot: Slot) {
    let first = slot.images.lowerBound
    let sums = biasSums[slot.index]
    sums.clear(biasSums.count)
    guard let gradient = output.gradient(first) else { return }
    let count = slot.images.count * output.count
    if let chosen = chosen(first) {
      kernels.training.maskChoices(chosen, gradient, count)
    } else if let limits {
      kernels.training.maskGradient(
        output.data(first), limits.low, limits.high, gradient, count)
    }
    if bias != nil { kernels.training.addColumnSums(gradient, count / outputs, outputs, sums) }
  }

  /// Sums what the slots added up for the bias.
  func reduceBiasGradient() {
    bias?.gradient.pointer.update(
      from: biasSums.reduce(0..<outputs, slots: batch.slotCount, kernels), count: outputs)
  }
}
