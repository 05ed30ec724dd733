import PneumoCompute
import PneumoKernelABI
import PneumoModel

/// A 3×3 convolution with stride 1 by Winograd's F(4×4, 3×3), forward and backward.
final class WinogradConvolutionLayer: GradientLayer {
  private let shape: ConvolutionShape
  private let packedKernel: FloatBuffer
  private let packedBias: FloatBuffer
  /// With input and output channels exchanged, as they stand, and packed.
  private let transposed: FloatBuffer
  private let packedTransposed: FloatBuffer
  private let kernelSums: SlotSums

  /// Whether a layer can be computed so, and is worth it.
  static func covers(_ layer: Convolution<WeightTensor>) -> Bool {
    let kernel = layer.kernel.shape
    return kernel[0] == 3 && kernel[1] == 3 && layer.groups == 1 && layer.stride == Extent(1)
      && layer.dilation == Extent(1) && kernel[2] >= 8 && kernel[3] >= 8
  }

  init(_ shape: ConvolutionShape) {
    self.shape = shape
    let kernels = shape.kernels
    let (inputs, outputs) = (shape.inputs, shape.outputs)
    packedKernel = FloatBuffer(count: 36 * inputs * kernels.padded(outputs))
    packedBias = FloatBuffer(count: kernels.padded(outputs))
    transposed = FloatBuffer(count: 9 * inputs * outputs)
    packedTransposed = FloatBuffer(count: 36 * outputs * kernels.padded(inputs))
    kernelSums = SlotSums(
      slots: shape.batch.slotCapacity, count: 36 * inputs * kernels.padded(outputs))
  }

  var name: String { shape.name }
  var parameters: [Parameter] { shape.parameters }
  var multiplyAdds: Int { shape.multiplyAdds }

  func prepare() {
    let kernels = shape.kernels
    let (inputs, outputs) = (shape.inputs, shape.outputs)
    let weights = shape.kernel.values.pointer
    var packing = WinogradPackingArguments(
      input: weights, output: packedKernel.pointer, tileSize: 4, inputs: inputs, outputs: outputs)
    kernels.packWinograd(&packing)
    shape.copyBias(to: packedBias)
    guard shape.batch.isTraining, shape.input.gradient != nil else { return }
    for tap in 0..<9 {
      let start = tap * inputs * outputs
      (transposed.pointer + start).writeTranspose(
        of: weights + start, rows: inputs, columns: outputs, rowStride: outputs)
    }
    packing = WinogradPackingArguments(
      input: transposed.pointer, output: packedTransposed.pointer, tileSize: 4, inputs: outputs,
      outputs: inputs)
    kernels.packWinograd(&packing)
  }

  /// The sizes, for the images of a slot.
  private func arguments(_ slot: Slot) -> WinogradArguments {
    let first = slot.images.lowerBound
    let (input, output, kernels) = (shape.input, shape.output, shape.kernels)
    let channelStride =
      (input.channels + kernels.vectorCount - 1) / kernels.vectorCount * kernels.vectorCount
    var arguments = WinogradArguments(
      input: input.data(first), kernel: packedKernel.pointer, bias: packedBias.pointer,
      output: output.data(first), scratch: slot.scratch, tileSize: 4, tiles: 0,
      channelStride: channelStride, inputHeight: input.extent.height,
      inputWidth: input.extent.width, inputChannels: input.channels, top: shape.insets.top,
      left: shape.insets.left, outputHeight: output.extent.height,
      outputWidth: output.extent.width, outputChannels: output.channels,
      isPooled: shape.choices != nil)
    arguments.tiles = kernels.winogradTiles(tileSize: 4, channelStride: channelStride)
    if let limits = shape.limits { (arguments.low, arguments.high) = limits }
    return arguments
  }

  private func gradientArguments(_ slot: Slot) -> WinogradGradientArguments {
    let first = slot.images.lowerBound
    var forward = arguments(slot)
    forward.kernel = UnsafePointer(packedTransposed.pointer)
    forward.tiles = gradientTiles
    return WinogradGradientArguments(
      forward: forward,
      outputGradient: shape.output.gradient(first) ?? shape.output.data(first),
      choices: shape.chosen(first).map { UnsafePointer($0) },
      inputGradient: shape.input.gradient(first), kernelGradient: kernelSums[slot.index])
  }

  /// Tiles whose gradients are made together. More tiles read and write the gradient of the kernel
  /// less often; fewer stay in the cache.
  private var gradientTiles: Int { 4 * shape.kernels.tilePixels }

  var scratchCount: Int {
    let probe = Slot(index: 0, images: 0..<1, scratch: packedKernel.pointer)
    let block = shape.kernels.blockChannels
    return max(
      arguments(probe).scratchCount(blockChannels: block),
      gradientArguments(probe).scratchCount(blockChannels: block))
  }

  var forwardPhases: [Phase] {
    [
      .slots { [self] slot in
        var arguments = arguments(slot)
        if shape.batch.isTraining { arguments.choices = shape.chosen(slot.images.lowerBound) }
        let tiles = slot.images.count * arguments.tileRows * arguments.tileColumns
        for first in stride(from: 0, to: tiles, by: arguments.tiles) {
          shape.kernels.convolveWinograd(&arguments, first, min(arguments.tiles, tiles - first))
        }
      }
    ]
  }

  var backwardPhases: [Phase] {
    let kernels = shape.kernels
    let matrix = shape.inputs * kernels.padded(shape.outputs)
    return [
      .slots { [self] slot in
        shape.maskGradient(slot)
        kernelSums[slot.index].clear(kernelSums.count)
        var arguments = gradientArguments(slot)
        let forward = arguments.forward
        let tiles = slot.images.count * forward.tileRows * forward.tileColumns
        for first in stride(from: 0, to: tiles, by: forward.tiles) {
          kernels.training.convolveWinogradGradient(
            &arguments, first, min(forward.tiles, tiles - first))
        }
      },
      .parts(36) { [self] place in
        _ = kernelSums.reduce(
          place * matrix..<(place + 1) * matrix, slots: shape.batch.slotCount, kernels)
      },
      .parts(1) { [self] _ in
        shape.kernel.gradient.pointer.clear(shape.kernel.storedCount)
        var packing = WinogradPackingArguments(
          input: kernelSums[0], output: shape.kernel.gradient.pointer, tileSize: 4,
          inputs: shape.inputs, outputs: shape.outputs)
        kernels.training.unpackWinogradGradient(&packing)
        shape.reduceBiasGradient()
      },
    ]
  }
}
