import PneumoCompute
import PneumoKernelABI

extension KernelCases {
  /// A square convolution without padding, with ReLU, and 2×2 pooling where `isPooled`.
  static func convolution(
    _ kernels: KernelTable, side: Int, channels: Int, filters: Int, window: Int, stride: Int,
    isPooled: Bool = false
  ) -> KernelCase {
    let outputs = ((side - window) / stride + 1) / (isPooled ? 2 : 1)
    let rows = window * window * channels
    let input = FloatBuffer(count: side * side * channels, limit: 1)
    let weights = packed(kernels, rows: rows, columns: filters)
    let bias = FloatBuffer(count: weights.count / rows)
    let scratch = FloatBuffer(count: kernels.tileCount)
    let output = FloatBuffer(count: outputs * outputs * filters)
    var arguments = ConvolutionArguments(
      input: input.pointer, kernel: weights.pointer, bias: bias.pointer, output: output.pointer,
      scratch: scratch.pointer, inputRowStride: side * channels, inputPixelStride: channels,
      outputRowStride: outputs * filters, outputPixelStride: filters, outputWidth: outputs,
      kernelHeight: window, kernelWidth: window, inputChannels: channels, outputChannels: filters)
    (arguments.strideHeight, arguments.strideWidth) = (stride, stride)
    arguments.low = 0
    arguments.isPooled = isPooled
    return KernelCase(
      kernel: "convolveDirect \(window)×\(window)s\(stride)\(isPooled ? " pooled" : "")",
      shape: "\(side)×\(side)×\(channels) → \(outputs)×\(outputs)×\(filters)",
      multiplyAdds: outputs * outputs * rows * filters * (isPooled ? 4 : 1),
      bytes: 4 * (input.count + rows * filters + output.count), output: output
    ) {
      withExtendedLifetime((input, weights, bias, scratch)) {
        kernels.convolveDirect(&arguments, 0, outputs)
      }
    }
  }

  /// A dense layer with ReLU.
  static func dense(
    _ kernels: KernelTable, images: Int, inputs: Int, outputs: Int
  ) -> KernelCase {
    let input = FloatBuffer(count: images * inputs, limit: 1)
    let weights = packed(kernels, rows: inputs, columns: outputs)
    let bias = FloatBuffer(count: weights.count / inputs)
    let scratch = FloatBuffer(count: kernels.tileCount)
    let output = FloatBuffer(count: images * outputs)
    var arguments = DenseArguments(
      input: input.pointer, kernel: weights.pointer, isKernelHalf: false, bias: bias.pointer,
      output: output.pointer, scratch: scratch.pointer, images: images, inputs: inputs,
      outputs: outputs)
    arguments.low = 0
    return KernelCase(
      kernel: "multiplyDense", shape: "\(images) × \(inputs) → \(outputs)",
      multiplyAdds: images * inputs * outputs,
      bytes: 4 * (input.count + inputs * outputs + output.count), output: output
    ) {
      withExtendedLifetime((input, weights, bias, scratch)) {
        kernels.multiplyDense(&arguments, 0, bias.count / kernels.blockChannels)
      }
    }
  }

  /// A 3×3 convolution of each channel with a filter of its own, with ReLU.
  static func depthwise(
    _ kernels: KernelTable, side: Int, channels: Int, stride: Int
  ) -> KernelCase {
    let outputs = (side - 3) / stride + 1
    let input = FloatBuffer(count: side * side * channels, limit: 1)
    let weights = FloatBuffer(count: 9 * channels, limit: 0.3)
    let bias = FloatBuffer(count: channels)
    let output = FloatBuffer(count: outputs * outputs * channels)
    var arguments = ConvolutionArguments(
      input: input.pointer, kernel: weights.pointer, bias: bias.pointer, output: output.pointer,
      scratch: output.pointer, inputRowStride: side * channels, inputPixelStride: channels,
      outputRowStride: outputs * channels, outputPixelStride: channels, outputWidth: outputs,
      kernelHeight: 3, kernelWidth: 3, inputChannels: channels, outputChannels: channels)
    (arguments.strideHeight, arguments.strideWidth) = (stride, stride)
    arguments.low = 0
    return KernelCase(
      kernel: "convolveDepthwise 3×3s\(stride)",
      shape: "\(side)×\(side)×\(channels) → \(outputs)×\(outputs)×\(channels)",
      multiplyAdds: outputs * outputs * 9 * channels,
      bytes: 4 * (input.count + weights.count + output.count), output: output
    ) {
      withExtendedLifetime((input, weights, bias)) {
        kernels.convolveDepthwise(&arguments, 0, outputs)
      }
    }
  }

  /// Seeded weights, packed; the sums of `rows` products stay near 1.
  private static func packed(_ kernels: KernelTable, rows: Int, columns: Int) -> FloatBuffer {
    let block = kernels.blockChannels
    let matrix = FloatBuffer(count: rows * columns, limit: 1 / Float(rows).squareRoot())
    let result = FloatBuffer(count: rows * ((columns + block - 1) / block * block))
    var arguments = PackingArguments(
      input: matrix.pointer, output: result.pointer, rows: rows, columns: columns,
      rowStride: columns)
    withExtendedLifetime(matrix) { kernels.packBlocks(&arguments) }
    return result
  }
}
