import PneumoCompute
import PneumoKernelABI
import PneumoModel

/// A convolution of each channel with a filter of its own.
final class DepthwiseConvolutionLayer: TrainingLayer {
  private let shape: ConvolutionShape
  private let batch: Batch
  private let packedBias: FloatBuffer
  private let kernelSums: SlotSums
  private let biasSums: SlotSums

  init(_ shape: ConvolutionShape, batch: Batch) {
    self.shape = shape
    self.batch = batch
    packedBias = FloatBuffer(count: shape.kernels.padded(shape.outputs))
    kernelSums = SlotSums(slots: batch.slotCapacity, count: shape.kernel.count)
    biasSums = SlotSums(slots: batch.slotCapacity, count: shape.outputs)
  }

  var name: String { shape.name }
  var parameters: [Parameter] { shape.parameters }
  var multiplyAdds: Int { shape.multiplyAdds }
  var scratchCount: Int { 2 * shape.input.paddedCount(shape.insets) }

  func prepare() {
    if let bias = shape.bias {
      packedBias.pointer.update(from: bias.values.pointer, count: shape.outputs)
    }
  }

  private func padded(_ image: Int, _ room: UnsafeMutablePointer<Float>) -> UnsafePointer<Float> {
    if shape.insets == .zero { return UnsafePointer(shape.input.data(image)) }
    shape.input.copyPadded(image, shape.insets, to: room)
    return UnsafePointer(room)
  }

  var forwardPhases: [Phase] {
    [
      .slots { [self] slot in
        let (input, output) = (shape.input, shape.output)
        for image in slot.images {
          var arguments = ConvolutionArguments(
            input: padded(image, slot.scratch),
            kernel: shape.kernel.values.pointer, bias: packedBias.pointer,
            output: output.data(image), scratch: slot.scratch,
            inputRowStride: input.paddedRowCount(shape.insets), inputPixelStride: input.channels,
            outputRowStride: output.extent.width * output.channels,
            outputPixelStride: output.channels, outputWidth: output.extent.width,
            kernelHeight: shape.kernelHeight, kernelWidth: shape.kernelWidth, inputChannels: 1,
            outputChannels: output.channels)
          arguments.strideHeight = shape.layer.stride.height
          arguments.strideWidth = shape.layer.stride.width
          arguments.dilationHeight = shape.layer.dilation.height
          arguments.dilationWidth = shape.layer.dilation.width
          if let limits = shape.limits { (arguments.low, arguments.high) = limits }
          shape.kernels.convolveDepthwise(&arguments, 0, output.extent.height)
        }
      }
    ]
  }

  var backwardPhases: [Phase] {
    let kernels = shape.kernels
    return [
      .slots { [self] slot in
        biasSums[slot.index].clear(biasSums.count)
        shape.maskGradient(slot, biasSums: biasSums[slot.index])
        kernelSums[slot.index].clear(kernelSums.count)
        for image in slot.images { addGradients(image, slot) }
      },
      .parts(1) { [self] _ in
        shape.kernel.gradient.pointer.update(
          from: kernelSums.reduce(0..<kernelSums.count, slots: batch.slotCount, kernels),
          count: kernelSums.count)
        if let bias = shape.bias {
          bias.gradient.pointer.update(
            from: biasSums.reduce(0..<shape.outputs, slots: batch.slotCount, kernels),
            count: shape.outputs)
        }
      },
    ]
  }

  private func addGradients(_ image: Int, _ slot: Slot) {
    guard let outputGradient = shape.output.gradient(image) else { return }
    let input = padded(image, slot.scratch)
    let paddedCount = shape.input.paddedCount(shape.insets)
    let isPadded = shape.insets != .zero
    var target = shape.input.gradient(image)
    if isPadded && target != nil {
      target = slot.scratch + paddedCount
      target?.clear(paddedCount)
    }
    var arguments = DepthwiseGradientArguments(
      input: input, kernel: shape.kernel.values.pointer, outputGradient: outputGradient,
      inputGradient: target, kernelGradient: kernelSums[slot.index],
      inputRowStride: shape.input.paddedRowCount(shape.insets),
      outputHeight: shape.output.extent.height, outputWidth: shape.output.extent.width,
      kernelHeight: shape.kernelHeight, kernelWidth: shape.kernelWidth,
      channels: shape.outputs, strideHeight: shape.layer.stride.height,
      strideWidth: shape.layer.stride.width, dilationHeight: shape.layer.dilation.height,
      dilationWidth: shape.layer.dilation.width)
    shape.kernels.training.convolveDepthwiseGradient(&arguments)
    if isPadded, let target {
      shape.input.addUnpadded(target, shape.insets, image, shape.kernels)
    }
  }
}
