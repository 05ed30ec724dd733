import PneumoCompute
import PneumoKernelABI

extension KernelCases {
  /// A square convolution without padding, with ReLU and, if `isPooled`, 2×2 max pooling.
  static func convolution(
    _ kernels: KernelTable, side: Int, channels: Int, filters: Int, window: Int, stride: Int = 1,
    isPooled: Bool = false
  ) -> KernelCase {
    let outputs = ((side - window) / stride + 1) / (isPooled ? 2 : 1)
    let rows = window * window * channels
    let input = FloatBuffer(count: side * side * channels, limit: 1)
    let weights = packed(kernels, rows: rows, columns: filters)
    let bias = FloatBuffer(count: weights.count / rows)
    let output = FloatBuffer(count: outputs * outputs * filters)
    let scratch = FloatBuffer(count: kernels.tileCount)
    var arguments = ConvolutionArguments(
      input: input.pointer, kernel: weights.pointer, bias: bias.pointer, output: output.pointer,
      scratch: scratch.pointer,
      inputRowStride: side * channels, inputPixelStride: channels,
      outputRowStride: outputs * filters, outputPixelStride: filters, outputWidth: outputs,
      kernelHeight: window, kernelWidth: window, inputChannels: channels, outputChannels: filters)
    (arguments.strideHeight, arguments.strideWidth) = (stride, stride)
    arguments.low = 0
    arguments.isPooled = isPooled
    return KernelCase(
      kernel: "convolveDirect \(window)×\(window)s\(stride)" + (isPooled ? " pooled" : ""),
      shape: "\(side)×\(side)×\(channels) → \(outputs)×\(outputs)×\(filters)",
      multiplyAdds: outputs * outputs * rows * filters * (isPooled ? 4 : 1),
      bytes: 4 * (input.count + rows * filters + output.count), output: output
    ) {
      withExtendedLifetime((input, weights, bias, scratch)) {
        kernels.convolveDirect(&arguments, 0, outputs)
      }
    }
  }

  /// A 3×3 depthwise convolution with ReLU.
  static func depthwise(
    _ kernels: KernelTable, side: Int, channels: Int, stride: Int
  ) -> KernelCase {
    let outputs = (side - 3) / stride + 1
    let input = FloatBuffer(count: side * side * channels, limit: 1)
    let weights = FloatBuffer(count: 9 * channels, limit: 0.3)
    let bias = FloatBuffer(count: channels)
    let output = FloatBuffer(count: outputs * outputs * channels)
    var arguments = ConvolutionArguments(  // needs no scratch memory: it keeps no tile of sums
      input: input.pointer, kernel: weights.pointer, bias: bias.pointer, output: output.pointer,
      scratch: output.pointer,
      inputRowStride: side * channels, inputPixelStride: channels,
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

  /// Packed seeded weights, scaled so that sums of `rows` products stay near 1.
  static func packed(_ kernels: KernelTable, rows: Int, columns: Int) -> FloatBuffer {
    let matrix = FloatBuffer(count: rows * columns, limit: 1 / Float(rows).squareRoot())
    let result = FloatBuffer(count: rows * kernels.padded(columns))
    var arguments = PackingArguments(
      input: matrix.pointer, output: result.pointer, rows: rows, columns: columns,
      rowStride: columns)
    withExtendedLifetime(matrix) { kernels.packBlocks(&arguments) }
    return result
  }
}
