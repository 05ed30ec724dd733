import PneumoCompute
import PneumoKernelABI

extension KernelCases {
  /// 2×2 pooling with stride 2.
  static func pooling(
    _ kernels: KernelTable, side: Int, channels: Int, isMaximum: Bool
  ) -> KernelCase {
    let outputs = side / 2
    let input = FloatBuffer(count: side * side * channels, limit: 1)
    let output = FloatBuffer(count: outputs * outputs * channels)
    var arguments = PoolingArguments(
      input: input.pointer, output: output.pointer, inputHeight: side, inputWidth: side,
      outputWidth: outputs, channels: channels, windowHeight: 2, windowWidth: 2, strideHeight: 2,
      strideWidth: 2, top: 0, left: 0, divisor: 0)
    let pool = isMaximum ? kernels.poolMax : kernels.poolAverage
    return KernelCase(
      kernel: isMaximum ? "poolMax 2×2s2" : "poolAverage 2×2s2",
      shape: "\(side)×\(side)×\(channels) → \(outputs)×\(outputs)×\(channels)", multiplyAdds: 0,
      bytes: 4 * (4 * output.count + output.count), output: output
    ) {
      withExtendedLifetime(input) { pool(&arguments, 0, outputs) }
    }
  }

  /// The test for whether the three channels of an image are equal, on an image where they are.
  static func gray(_ kernels: KernelTable, pixels: Int) -> KernelCase {
    let output = FloatBuffer(count: pixels)
    let input = FloatBuffer(count: 3 * pixels, limit: 1)
    for index in 0..<3 * pixels { input.pointer[index] = input.pointer[index / 3 * 3] }
    return KernelCase(
      kernel: "extractGray", shape: "\(pixels) × 3", multiplyAdds: 0, bytes: 16 * pixels,
      output: output
    ) {
      withExtendedLifetime(input) {
        _ = kernels.extractGray(input.pointer, 3, output.pointer, pixels)
      }
    }
  }

  /// Elementwise operations, and those that treat each pixel separately.
  static func elementwise(
    _ kernels: KernelTable, pixels: Int, channels: Int
  ) -> [KernelCase] {
    let count = pixels * channels
    let input = FloatBuffer(count: count, limit: 4)
    let scale = FloatBuffer(count: channels, limit: 1)
    let shape = "\(pixels) × \(channels)"
    func make(
      _ name: String, reads inputs: Int = 1, _ call: @escaping (_ output: KernelTable.Out) -> Void
    ) -> KernelCase {
      let output = FloatBuffer(count: count)
      return KernelCase(
        kernel: name, shape: shape, multiplyAdds: 0, bytes: 4 * (inputs + 1) * count,
        output: output
      ) {
        withExtendedLifetime((input, scale)) { call(output.pointer) }
      }
    }
    let x = UnsafePointer(input.pointer)
    return [
      make("add", reads: 2) { kernels.add(x, x, $0, count) },
      make("multiply") { kernels.multiply(x, scale.pointer, $0, pixels, channels) },
      make("scaleAndShift") {
        var arguments = ScaleArguments(
          input: x, scale: scale.pointer, shift: scale.pointer, output: $0, channels: channels)
        kernels.scaleAndShift(&arguments, pixels)
      },
      make("clamp") { kernels.clamp(x, 0, 6, $0, count) },
      make("sigmoid") { kernels.sigmoid(x, $0, count) },
      make("tanh") { kernels.tanh(x, $0, count) },
      make("swish") { kernels.swish(x, $0, count) },
      make("hardSwish") { kernels.hardSwish(x, $0, count) },
      make("softmax") { kernels.softmax(x, $0, pixels, channels) },
    ]
  }

  /// The kernels that prepare weights when a model is loaded.
  static func loading(_ kernels: KernelTable, rows: Int, columns: Int) -> [KernelCase] {
    let count = rows * columns
    let matrix = FloatBuffer(count: count, limit: 1)
    let packed = FloatBuffer(count: count)  // whole blocks on every instruction set
    var arguments = PackingArguments(
      input: matrix.pointer, output: packed.pointer, rows: rows, columns: columns,
      rowStride: columns)
    let halves = (0..<count).map { Float16(matrix.pointer[$0]).bitPattern }
    let widened = FloatBuffer(count: count)
    let shape = "\(rows) × \(columns)"
    return [
      KernelCase(
        kernel: "packBlocks", shape: shape, multiplyAdds: 0, bytes: 8 * count, output: packed,
        isComparable: false
      ) {
        withExtendedLifetime(matrix) { kernels.packBlocks(&arguments) }
      },
      KernelCase(
        kernel: "widenHalf", shape: shape, multiplyAdds: 0, bytes: 6 * count, output: widened
      ) {
        halves.withUnsafeBufferPointer {
          kernels.widenHalf($0.baseAddress!, widened.pointer, count)
        }
      },
    ]
  }
}
