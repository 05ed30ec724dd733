import PneumoCompute
import PneumoKernelABI

extension KernelCases {
  /// A 3×3 convolution by F(m×m, 3×3) without padding, with ReLU and 2×2 pooling: the whole, then its
  /// three stages. Multiplications count as they are made, which is fewer than by definition.
  static func winograd(
    _ kernels: KernelTable, tileSize: Int, side: Int, channels: Int, filters: Int
  ) -> [KernelCase] {
    let outputs = (side - 2) / 2
    let block = kernels.blockChannels
    let blocks = (filters + block - 1) / block
    let vector = kernels.vectorCount
    let places = (tileSize + 2) * (tileSize + 2)
    let input = FloatBuffer(count: side * side * channels, limit: 1)
    let weights = FloatBuffer(count: places * channels * blocks * block, limit: 0.1)
    let bias = FloatBuffer(count: blocks * block)
    let output = FloatBuffer(count: outputs * outputs * filters)
    var arguments = WinogradArguments(
      input: input.pointer, kernel: weights.pointer, bias: bias.pointer, output: output.pointer,
      scratch: output.pointer, tileSize: tileSize, tiles: 2 * kernels.tilePixels,
      channelStride: (channels + vector - 1) / vector * vector, inputHeight: side,
      inputWidth: side, inputChannels: channels, top: 0, left: 0, outputHeight: outputs,
      outputWidth: outputs, outputChannels: filters, isPooled: true)
    arguments.low = 0
    let scratch = FloatBuffer(count: arguments.scratchCount(blockChannels: block))
    arguments.scratch = scratch.pointer
    let tiles = arguments.tileRows * arguments.tileColumns
    let multiplyAdds = tiles * places * channels * filters

    func make(
      _ stage: String, multiplyAdds: Int, bytes: Int,
      _ call: @escaping (_ first: Int, _ count: Int) -> Void
    ) -> KernelCase {
      KernelCase(
        kernel: "F(\(tileSize)×\(tileSize), 3×3) \(stage)",
        shape: "\(side)×\(side)×\(channels) → \(outputs)×\(outputs)×\(filters)",
        multiplyAdds: multiplyAdds, bytes: bytes, output: output, isComparable: false
      ) {
        withExtendedLifetime((input, weights, bias, scratch)) {
          for first in stride(from: 0, to: tiles, by: arguments.tiles) {
            call(first, min(arguments.tiles, tiles - first))
          }
        }
      }
    }
    let transformed = tiles * places * channels
    let products = tiles * places * filters
    return [
      make(
        "whole", multiplyAdds: multiplyAdds, bytes: 4 * (input.count + weights.count + output.count)
      ) { kernels.convolveWinograd(&arguments, $0, $1) },
      make("inputs", multiplyAdds: 0, bytes: 4 * (input.count + transformed)) {
        kernels.transformWinogradInput(&arguments, $0, $1)
      },
      make(
        "products", multiplyAdds: multiplyAdds, bytes: 4 * (transformed + weights.count + products)
      ) { _, count in
        for block in 0..<blocks { kernels.multiplyWinograd(&arguments, block, count) }
      },
      make("outputs", multiplyAdds: 0, bytes: 4 * (products + output.count)) { first, count in
        for block in 0..<blocks {
          kernels.transformWinogradOutput(&arguments, block, first, count)
        }
      },
    ]
  }
}
