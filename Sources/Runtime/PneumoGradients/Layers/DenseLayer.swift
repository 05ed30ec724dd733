import PneumoCompute
import PneumoKernelABI
import PneumoModel

extension NetworkBuilder {
  /// The loss takes the place of a classifier's last activation.
  package mutating func visit(_ layer: Dense<WeightTensor>) -> Value {
    let input = input
    return splitting(isLast ? nil : layer.activation) { builder, activation, output in
      var layer = layer
      layer.activation = activation
      builder.append(
        DenseLayer(
          name: builder.name, layer: layer, options: builder.options, input: input,
          output: output, kernels: builder.kernels, batch: builder.batch),
        reading: [input], writing: output)
    }
  }
}

/// A fully connected layer. Its kernel is stored in the blocks that the kernels multiply with.
final class DenseLayer: GradientLayer {
  let name: String
  private let input: Value
  private let output: Value
  private let limits: (low: Float, high: Float)?
  private let kernel: Parameter
  private let bias: Parameter?
  private let kernels: KernelTable
  private let batch: Batch
  private let packedBias: FloatBuffer
  /// The gradient of the output as blocks of columns, each image by image.
  private let gradientBlocks: FloatBuffer
  /// The same with images as columns.
  private let transposedGradient: FloatBuffer
  private let packedTransposed: FloatBuffer
  private let noBias: FloatBuffer
  /// The gradient of the input with images as columns.
  private let inputGradients: FloatBuffer
  private let tiles: FloatBuffer

  /// Inputs that are one part of the work.
  private static let partInputs = 192

  init(
    name: String, layer: Dense<WeightTensor>, options: NetworkBuilder.Options, input: Value,
    output: Value, kernels: KernelTable, batch: Batch
  ) {
    self.name = name
    self.input = input
    self.output = output
    self.kernels = kernels
    self.batch = batch
    limits = layer.activation?.clampLimits
    let (inputs, outputs) = (layer.kernel.shape[0], layer.kernel.shape[1])
    kernel = Parameter(
      "\(name)/kernel", layer.kernel,
      layout: .blocks(rows: inputs, columns: outputs, blockColumns: kernels.blockChannels),
      penalty: options.penalties[name] ?? 0, isDecayed: true, isTrained: options.trainsWeights)
    bias = layer.bias.map {
      Parameter("\(name)/bias", $0, isTrained: options.trainsWeights)
    }
    let columns = kernels.padded(outputs)
    let images = kernels.padded(batch.capacity)
    packedBias = FloatBuffer(count: columns)
    gradientBlocks = FloatBuffer(count: columns * batch.capacity)
    transposedGradient = FloatBuffer(count: columns * batch.capacity)
    packedTransposed = FloatBuffer(count: columns * images)
    noBias = FloatBuffer(count: images)
    inputGradients = FloatBuffer(count: inputs * batch.capacity)
    let parts = max(
      (inputs + Self.partInputs - 1) / Self.partInputs, columns / kernels.blockChannels)
    tiles = FloatBuffer(count: parts * kernels.tileCount)
  }

  var parameters: [Parameter] { [kernel] + (bias.map { [$0] } ?? []) }
  var multiplyAdds: Int { inputs * outputs }
  private var inputs: Int { input.count }
  private var outputs: Int { output.count }
  private var blocks: Int { kernels.padded(outputs) / kernels.blockChannels }
  private var inputParts: Int { (inputs + Self.partInputs - 1) / Self.partInputs }

  /// Inputs of a part.
  private func inputs(of part: Int) -> Range<Int> {
    part * Self.partInputs..<min((part + 1) * Self.partInputs, inputs)
  }

  func prepare() {
    if let bias { packedBias.pointer.update(from: bias.values.pointer, count: outputs) }
  }

  var forwardPhases: [Phase] {
    [
      .parts(blocks) { [self] block in
        var arguments = DenseArguments(
          input: input.data.pointer, kernel: kernel.values.pointer, isKernelHalf: false,
          bias: packedBias.pointer, output: output.data.pointer,
          scratch: tiles.pointer + block * kernels.tileCount, images: batch.count, inputs: inputs,
          outputs: outputs)
        if let limits { (arguments.low, arguments.high) = limits }
        kernels.multiplyDense(&arguments, block, block + 1)
      }
    ]
  }

  var backwardPhases: [Phase] {
    var phases: [Phase] = [.parts(1) { [self] _ in packGradient() }]
    if kernel.isTrained {
      phases.append(.parts(inputParts) { [self] part in addKernelGradient(inputs(of: part)) })
    }
    if input.gradient != nil {
      phases += [
        .parts(inputParts) { [self] part in
          multiplyGradient(inputs(of: part), tiles.pointer + part * kernels.tileCount)
        },
        .slots { [self] slot in
          guard let gradient = input.gradient else { return }
          for image in slot.images {
            let target = gradient.pointer + image * inputs
            for i in 0..<inputs { target[i] += inputGradients.pointer[i * batch.count + image] }
          }
        },
      ]
    }
    return phases
  }

  /// Masks the gradient of the output, sums that of the bias, and packs it in both orders.
  private func packGradient() {
    guard let gradient = output.gradient?.pointer else { return }
    let images = batch.count
    if let limits {
      kernels.training.maskGradient(
        output.data.pointer, limits.low, limits.high, gradient, images * outputs)
    }
    if let bias, bias.isTrained {
      bias.gradient.pointer.clear(outputs)
      kernels.training.addColumnSums(gradient, images, outputs, bias.gradient.pointer)
    }
    var packing = PackingArguments(
      input: gradient, output: gradientBlocks.pointer, rows: images, columns: outputs,
      rowStride: outputs)
    kernels.packBlocks(&packing)
    guard input.gradient != nil else { return }
    // Rows of outputs that the last block lacks stay zero.
    transposedGradient.pointer.writeTranspose(
      of: gradient, rows: images, columns: outputs, rowStride: outputs)
    (transposedGradient.pointer + outputs * images)
      .clear((kernels.padded(outputs) - outputs) * images)
    packing = PackingArguments(
      input: transposedGradient.pointer, output: packedTransposed.pointer,
      rows: kernels.padded(outputs), columns: images, rowStride: images)
    kernels.packBlocks(&packing)
  }

  /// `d kernel = Σ_images input · d output`, for some inputs.
  private func addKernelGradient(_ range: Range<Int>) {
    let block = kernels.blockChannels
    for number in 0..<blocks {
      let sums = kernel.gradient.pointer + (number * inputs + range.lowerBound) * block
      sums.clear(range.count * block)
      var product = OuterProductArguments(
        a: input.data.pointer + range.lowerBound,
        b: gradientBlocks.pointer + number * batch.count * block, sums: sums, aStride: inputs,
        bStride: block, sumStride: block, count: batch.count, rows: range.count, columns: block)
      kernels.training.addOuterProducts(&product)
    }
  }

  /// `d inputᵀ = kernel · d outputᵀ`, for some inputs: each input is a pixel of a convolution whose
  /// kernel has a row for each block of outputs.
  private func multiplyGradient(_ range: Range<Int>, _ tile: UnsafeMutablePointer<Float>) {
    let block = kernels.blockChannels
    var product = ConvolutionArguments(
      input: kernel.values.pointer + range.lowerBound * block, kernel: packedTransposed.pointer,
      bias: noBias.pointer, output: inputGradients.pointer + range.lowerBound * batch.count,
      scratch: tile, inputRowStride: inputs * block, inputPixelStride: block, outputRowStride: 0,
      outputPixelStride: batch.count, outputWidth: range.count, kernelHeight: blocks,
      kernelWidth: 1, inputChannels: block, outputChannels: batch.count)
    kernels.convolveDirect(&product, 0, 1)
  }
}
