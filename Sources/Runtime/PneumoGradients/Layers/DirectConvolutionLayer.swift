import PneumoCompute
import PneumoKernelABI
import PneumoModel

/// A convolution of any kernel, stride, dilation and groups, but not depthwise.
final class DirectConvolutionLayer: GradientLayer {
  private let shape: ConvolutionShape
  /// Of all groups, one after the other.
  private let packedKernel: FloatBuffer
  private let packedBias: FloatBuffer
  /// With output channels as rows and (kernel row, kernel column, input channel) as columns.
  private let transposed: FloatBuffer
  private let packedTransposed: FloatBuffer
  private let noBias: FloatBuffer
  private let kernelSums: SlotSums

  init(_ shape: ConvolutionShape) {
    self.shape = shape
    let kernels = shape.kernels
    let groups = shape.layer.groups
    let outputs = shape.outputs / groups
    let patch = shape.kernelHeight * shape.kernelWidth * shape.inputs
    packedKernel = FloatBuffer(count: groups * patch * kernels.padded(outputs))
    packedBias = FloatBuffer(count: groups * kernels.padded(outputs))
    transposed = FloatBuffer(count: outputs * patch)
    packedTransposed = FloatBuffer(count: groups * outputs * kernels.padded(patch))
    noBias = FloatBuffer(count: kernels.padded(patch))
    kernelSums = SlotSums(
      slots: shape.batch.slotCapacity, count: groups * patch * kernels.padded(outputs))
  }

  var name: String { shape.name }
  var parameters: [Parameter] { shape.parameters }
  var multiplyAdds: Int { shape.multiplyAdds }

  private var groups: Int { shape.layer.groups }
  /// Output channels of a group, and the same in whole blocks.
  private var outputs: Int { shape.outputs / groups }
  private var outputStride: Int { shape.kernels.padded(outputs) }
  /// Weights of one output.
  private var patch: Int { shape.kernelHeight * shape.kernelWidth * shape.inputs }
  /// Whether the pixels under a row of the kernel follow each other.
  private var isContiguous: Bool { groups == 1 && shape.layer.dilation.width == 1 }
  /// Rows of the gradient of sums that are made together.
  private var gradientRows: Int { shape.choices == nil ? 1 : 2 }
  /// Whether the whole image is one row of pixels to the kernel.
  private var isPointwise: Bool {
    patch == shape.inputs && shape.layer.stride == Extent(1) && shape.insets == .zero
      && shape.choices == nil
  }

  var scratchCount: Int {
    let width = isPointwise ? shape.convolved.height * shape.convolved.width : shape.convolved.width
    return shape.kernels.tileCount + 2 * shape.input.paddedCount(shape.insets)
      + gradientRows * width * (shape.outputs + outputStride) + width * patch
  }

  func prepare() {
    shape.copyBias(to: packedBias)
    let kernels = shape.kernels
    let weights = shape.kernel.values.pointer
    for group in 0..<groups {
      var packing = PackingArguments(
        input: weights + group * outputs,
        output: packedKernel.pointer + group * patch * outputStride, rows: patch,
        columns: outputs, rowStride: shape.outputs)
      kernels.packBlocks(&packing)
      guard shape.batch.isTraining, shape.input.gradient != nil else { continue }
      transposed.pointer.writeTranspose(
        of: weights + group * outputs, rows: patch, columns: outputs, rowStride: shape.outputs)
      packing = PackingArguments(
        input: transposed.pointer,
        output: packedTransposed.pointer + group * outputs * kernels.padded(patch),
        rows: outputs, columns: patch, rowStride: patch)
      kernels.packBlocks(&packing)
    }
  }

  var forwardPhases: [Phase] {
    [
      .slots { [self] slot in
        for image in slot.images { convolve(image, slot.scratch) }
      }
    ]
  }

  private func convolve(_ image: Int, _ scratch: UnsafeMutablePointer<Float>) {
    let source = shape.padded(image, scratch + shape.kernels.tileCount)
    var whole = shape.arguments(
      image, input: source, kernel: packedKernel.pointer, bias: packedBias.pointer,
      scratch: scratch)
    whole.outputChannels = outputs
    whole.isPooled = shape.choices != nil
    if shape.batch.isTraining { whole.choices = shape.chosen(image) }
    for group in 0..<groups {
      var arguments = whole
      arguments.input += group * shape.inputs
      arguments.kernel += group * patch * outputStride * MemoryLayout<Float>.stride
      arguments.bias += group * outputStride
      arguments.output += group * outputs
      arguments.choices = whole.choices.map { $0 + group * outputs }
      shape.kernels.convolveDirect(&arguments, 0, shape.output.extent.height)
    }
  }

  var backwardPhases: [Phase] {
    let kernels = shape.kernels
    return [
      .slots { [self] slot in
        shape.maskGradient(slot)
        kernelSums[slot.index].clear(kernelSums.count)
        for image in slot.images {
          addGradients(image, slot.scratch, kernelSums[slot.index])
        }
      },
      .parts(1) { [self] _ in
        let total = kernelSums.reduce(0..<kernelSums.count, slots: shape.batch.slotCount, kernels)
        for group in 0..<groups {
          for row in 0..<patch {
            (shape.kernel.gradient.pointer + row * shape.outputs + group * outputs).update(
              from: total + (group * patch + row) * outputStride, count: outputs)
          }
        }
        shape.reduceBiasGradient()
      },
    ]
  }

  /// Room for the backward pass of an image.
  private struct Room {
    var tile, input, inputGradient, gradient, block, patches: UnsafeMutablePointer<Float>
  }

  private func addGradients(
    _ image: Int, _ scratch: UnsafeMutablePointer<Float>, _ sums: UnsafeMutablePointer<Float>
  ) {
    let paddedCount = shape.input.paddedCount(shape.insets)
    let width = isPointwise ? shape.convolved.height * shape.convolved.width : shape.convolved.width
    let input = scratch + shape.kernels.tileCount
    let gradient = input + 2 * paddedCount
    let block = gradient + gradientRows * width * shape.outputs
    let room = Room(
      tile: scratch, input: input, inputGradient: input + paddedCount, gradient: gradient,
      block: block, patches: block + gradientRows * width * outputStride)
    let source = shape.padded(image, room.input)
    let isPadded = shape.insets != .zero
    let target = isPadded ? room.inputGradient : shape.input.gradient(image)
    let wantsInput = shape.input.gradient != nil
    if isPadded && wantsInput { room.inputGradient.clear(paddedCount) }
    guard let outputGradient = shape.output.gradient(image) else { return }

    let rows = isPointwise ? 1 : shape.output.extent.height
    for row in 0..<rows {
      var gradients = outputGradient + row * width * shape.outputs
      if let chosen = shape.chosen(image) {
        // The convolution may have a column more than pooling looks at.
        room.gradient.clear(2 * width * shape.outputs)
        let offset = row * shape.output.extent.width * shape.outputs
        shape.kernels.training.spreadChosen(
          outputGradient + offset, chosen + offset,
          room.gradient, width * shape.outputs, shape.output.extent.width, shape.outputs)
        gradients = room.gradient
      }
      for part in 0..<gradientRows {
        let y = row * gradientRows + part
        let start = y * shape.layer.stride.height * shape.input.paddedRowCount(shape.insets)
        addRow(
          gradients + part * width * shape.outputs, width, source + start,
          wantsInput ? target.map { $0 + start } : nil, room, sums)
      }
    }
    if isPadded && wantsInput {
      shape.input.addUnpadded(room.inputGradient, shape.insets, image, shape.kernels)
    }
  }

  /// Adds what comes of a row of `width` sums, whose windows start at `input`.
  private func addRow(
    _ gradients: UnsafeMutablePointer<Float>, _ width: Int,
    _ input: UnsafeMutablePointer<Float>, _ inputGradient: UnsafeMutablePointer<Float>?,
    _ room: Room, _ sums: UnsafeMutablePointer<Float>
  ) {
    let (kernels, layer, channels) = (shape.kernels, shape.layer, shape.input.channels)
    let rowStride = layer.dilation.height * shape.input.paddedRowCount(shape.insets)
    let step = layer.stride.width * channels
    // A piece is what of a patch is contiguous in the image.
    let pieces = isContiguous ? 1 : shape.kernelWidth
    let pieceCount = patch / shape.kernelHeight / pieces
    for group in 0..<groups {
      var (block, blockStride) = (gradients, shape.outputs)
      if groups > 1 || outputs != outputStride {
        (block, blockStride) = (room.block, outputStride)
        block.clear(width * outputStride)
        for x in 0..<width {
          (block + x * outputStride).update(
            from: gradients + x * shape.outputs + group * outputs, count: outputs)
        }
      }
      for ky in 0..<shape.kernelHeight {
        for piece in 0..<pieces {
          let offset =
            ky * rowStride + piece * layer.dilation.width * channels + group * shape.inputs
          let first = (ky * pieces + piece) * pieceCount
          var product = OuterProductArguments(
            a: input + offset, b: block,
            sums: sums + (group * patch + first) * outputStride, aStride: step,
            bStride: blockStride, sumStride: outputStride, count: width, rows: pieceCount,
            columns: outputStride)
          kernels.training.addOuterProducts(&product)
        }
      }
      guard let inputGradient else { continue }
      var product = ConvolutionArguments(
        input: block,
        kernel: packedTransposed.pointer + group * outputs * kernels.padded(patch),
        bias: noBias.pointer, output: room.patches, scratch: room.tile, inputRowStride: 0,
        inputPixelStride: blockStride, outputRowStride: 0, outputPixelStride: patch,
        outputWidth: width, kernelHeight: 1, kernelWidth: 1, inputChannels: outputs,
        outputChannels: patch)
      kernels.convolveDirect(&product, 0, 1)
      for piece in 0..<pieces {
        let offset = piece * layer.dilation.width * channels + group * shape.inputs
        for ky in 0..<shape.kernelHeight {
          kernels.training.addPatches(
            room.patches + (ky * pieces + piece) * pieceCount, patch, width,
            pieceCount, inputGradient + offset + ky * rowStride, step)
        }
      }
    }
  }
}
