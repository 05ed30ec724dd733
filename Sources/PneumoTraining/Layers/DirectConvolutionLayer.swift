import PneumoCompute
import PneumoKernelABI
import PneumoModel

/// A convolution of any kernel, stride, dilation and groups, but not depthwise.
final class DirectConvolutionLayer: TrainingLayer {
  private let shape: ConvolutionShape
  private let batch: Batch
  /// Of all groups, one after the other.
  private let packedKernel: FloatBuffer
  private let packedBias: FloatBuffer
  /// With output channels as rows and (kernel row, kernel column, input channel) as columns.
  private let transposed: FloatBuffer
  private let packedTransposed: FloatBuffer
  private let noBias: FloatBuffer
  private let kernelSums: SlotSums
  private let biasSums: SlotSums

  init(_ shape: ConvolutionShape, batch: Batch) {
    self.shape = shape
    self.batch = batch
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
      slots: batch.slotCapacity, count: groups * patch * kernels.padded(outputs))
    biasSums = SlotSums(slots: batch.slotCapacity, count: shape.outputs)
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
      guard batch.isTraining, shape.input.gradient != nil else { continue }
      for row in 0..<patch {
        for output in 0..<outputs {
          transposed.pointer[output * patch + row] =
            weights[row * shape.outputs + group * outputs + output]
        }
      }
      packing = PackingArguments(
        input: transposed.pointer,
        output: packedTransposed.pointer + group * outputs * kernels.padded(patch),
        rows: outputs, columns: patch, rowStride: patch)
      kernels.packBlocks(&packing)
    }
  }

  /// The image with its border: the image itself where there is none.
  private func padded(
    _ image: Int, _ room: UnsafeMutablePointer<Float>
  ) -> UnsafeMutablePointer<Float> {
    if shape.insets == .zero { return shape.input.data(image) }
    shape.input.copyPadded(image, shape.insets, to: room)
    return room
  }

  var forwardPhases: [Phase] {
    [
      .slots { [self] slot in
        for image in slot.images { convolve(image, slot.scratch) }
      }
    ]
  }

  private func convolve(_ image: Int, _ scratch: UnsafeMutablePointer<Float>) {
    let (input, output) = (shape.input, shape.output)
    let source = padded(image, scratch + shape.kernels.tileCount)
    for group in 0..<groups {
      var arguments = ConvolutionArguments(
        input: source + group * shape.inputs,
        kernel: packedKernel.pointer + group * patch * outputStride,
        bias: packedBias.pointer + group * outputStride,
        output: output.data(image) + group * outputs, scratch: scratch,
        inputRowStride: input.paddedRowCount(shape.insets), inputPixelStride: input.channels,
        outputRowStride: output.extent.width * output.channels,
        outputPixelStride: output.channels, outputWidth: output.extent.width,
        kernelHeight: shape.kernelHeight, kernelWidth: shape.kernelWidth,
        inputChannels: shape.inputs, outputChannels: outputs)
      arguments.strideHeight = shape.layer.stride.height
      arguments.strideWidth = shape.layer.stride.width
      arguments.dilationHeight = shape.layer.dilation.height
      arguments.dilationWidth = shape.layer.dilation.width
      arguments.isPooled = shape.choices != nil
      if batch.isTraining {
        arguments.choices = shape.choices.map {
          $0.pointer + image * output.count + group * outputs
        }
      }
      if let limits = shape.limits { (arguments.low, arguments.high) = limits }
      shape.kernels.convolveDirect(&arguments, 0, output.extent.height)
    }
  }

  var backwardPhases: [Phase] {
    let kernels = shape.kernels
    return [
      .slots { [self] slot in
        biasSums[slot.index].clear(biasSums.count)
        shape.maskGradient(slot, biasSums: biasSums[slot.index])
        kernelSums[slot.index].clear(kernelSums.count)
        for image in slot.images {
          addGradients(image, slot.scratch, kernelSums[slot.index])
        }
      },
      .parts(1) { [self] _ in
        let total = kernelSums.reduce(0..<kernelSums.count, slots: batch.slotCount, kernels)
        for group in 0..<groups {
          for row in 0..<patch {
            (shape.kernel.gradient.pointer + row * shape.outputs + group * outputs).update(
              from: total + (group * patch + row) * outputStride, count: outputs)
          }
        }
        if let bias = shape.bias {
          bias.gradient.pointer.update(
            from: biasSums.reduce(0..<shape.outputs, slots: batch.slotCount, kernels),
            count: shape.outputs)
        }
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
    let source = padded(image, room.input)
    let isPadded = shape.insets != .zero
    let target = isPadded ? room.inputGradient : shape.input.gradient(image)
    let wantsInput = shape.input.gradient != nil
    if isPadded && wantsInput { room.inputGradient.clear(paddedCount) }
    guard let outputGradient = shape.output.gradient(image) else { return }

    let rows = isPointwise ? 1 : shape.output.extent.height
    for row in 0..<rows {
      var gradients = outputGradient + row * width * shape.outputs
      if let choices = shape.choices {
        // The convolution may have a column more than pooling looks at.
        room.gradient.clear(2 * width * shape.outputs)
        let offset = row * shape.output.extent.width * shape.outputs
        shape.kernels.training.spreadChosen(
          outputGradient + offset, choices.pointer + image * shape.output.count + offset,
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
            (height: 1, rowCount: pieceCount), inputGradient + offset + ky * rowStride, step, 0)
        }
      }
    }
  }
}
