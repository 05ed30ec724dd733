import PneumoCompute
import PneumoKernelABI
import PneumoModel

/// A convolution of each channel with a filter of its own.
final class DepthwiseConvolutionLayer: GradientLayer {
  private let shape: ConvolutionShape
  private let packedBias: FloatBuffer
  private let kernelSums: SlotSums

  init(_ shape: ConvolutionShape) {
    self.shape = shape
    packedBias = FloatBuffer(count: shape.kernels.padded(shape.outputs))
    kernelSums = SlotSums(slots: shape.batch.slotCapacity, count: shape.kernel.count)
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

  var forwardPhases: [Phase] {
    [
      .slots { [self] slot in
        for image in slot.images {
          var arguments = shape.arguments(
            image, input: shape.padded(image, slot.scratch), kernel: shape.kernel.values.pointer,
            bias: packedBias.pointer, scratch: slot.scratch)
          shape.kernels.convolveDepthwise(&arguments, 0, shape.output.extent.height)
        }
      }
    ]
  }

  var backwardPhases: [Phase] {
    let kernels = shape.kernels
    return [
      .slots { [self] slot in
        shape.maskGradient(slot)
        kernelSums[slot.index].clear(kernelSums.count)
        for image in slot.images { addGradients(image, slot) }
      },
      .parts(1) { [self] _ in
        shape.kernel.gradient.pointer.update(
          from: kernelSums.reduce(0..<kernelSums.count, slots: shape.batch.slotCount, kernels),
          count: kernelSums.count)
        shape.reduceBiasGradient()
      },
    ]
  }

  private func addGradients(_ image: Int, _ slot: Slot) {
    guard let outputGradient = shape.output.gradient(image) else { return }
    let input = shape.padded(image, slot.scratch)
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
