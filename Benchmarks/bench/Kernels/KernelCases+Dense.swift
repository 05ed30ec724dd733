import PneumoCompute
import PneumoKernelABI

extension KernelCases {
  /// A dense layer with ReLU; its weights are in half precision if `isHalf`.
  static func dense(
    _ kernels: KernelTable, images: Int, inputs: Int, outputs: Int, isHalf: Bool = false
  ) -> KernelCase {
    let blocks = kernels.padded(outputs) / kernels.blockChannels
    let input = FloatBuffer(count: images * inputs, limit: 1)
    let weights =
      isHalf
      ? packedHalves(kernels, rows: inputs, columns: outputs)
      : packed(kernels, rows: inputs, columns: outputs)
    let bias = FloatBuffer(count: blocks * kernels.blockChannels)
    let output = FloatBuffer(count: images * outputs)
    let scratch = FloatBuffer(count: kernels.tileCount)
    var arguments = DenseArguments(
      input: input.pointer, kernel: weights.pointer, isKernelHalf: isHalf, bias: bias.pointer,
      output: output.pointer, scratch: scratch.pointer, images: images, inputs: inputs,
      outputs: outputs)
    arguments.low = 0
    return KernelCase(
      kernel: "multiplyDense" + (isHalf ? " f16" : ""),
      shape: "\(images) × \(inputs) → \(outputs)", multiplyAdds: images * inputs * outputs,
      bytes: 4 * (input.count + output.count) + (isHalf ? 2 : 4) * inputs * outputs,
      output: output
    ) {
      withExtendedLifetime((input, weights, bias, scratch)) {
        kernels.multiplyDense(&arguments, 0, blocks)
      }
    }
  }

  /// Weights like those of ``packed(_:rows:columns:)``, rounded to half precision.
  private static func packedHalves(
    _ kernels: KernelTable, rows: Int, columns: Int
  ) -> FloatBuffer {
    let matrix = FloatBuffer(count: rows * columns, limit: 1 / Float(rows).squareRoot())
    let halves = (0..<matrix.count).map { Float16(matrix.pointer[$0]).bitPattern }
    let result = FloatBuffer(count: (rows * kernels.padded(columns) + 1) / 2)
    halves.withUnsafeBytes { halves in
      var arguments = PackingArguments(
        input: halves.baseAddress!, output: result.pointer, rows: rows, columns: columns,
        rowStride: columns)
      arguments.isHalf = true
      kernels.packBlocks(&arguments)
    }
    return result
  }
}
