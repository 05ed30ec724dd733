import PneumoCompute
import PneumoKernelABI

extension KernelCases {
  /// A 3×3 convolution with ReLU and 2×2 pooling by F(m×m, 3×3), where m is `tileSize`: the whole,
  /// and each phase for as many tiles as the runtime transforms together.
  static func winograd(
    _ kernels: KernelTable, side: Int, channels: Int, filters: Int, tileSize: Int
  ) -> [KernelCase] {
    let outputs = (side - 2) / 2
    let places = (tileSize + 2) * (tileSize + 2)
    let columns = kernels.padded(filters)
    let blocks = columns / kernels.blockChannels
    let input = FloatBuffer(count: side * side * channels, limit: 1)
    let weights = FloatBuffer(count: places * channels * columns)
    transform(
      kernels.packWinograd, to: weights, channels: channels, filters: filters,
      tileSize: tileSize)
    let bias = FloatBuffer(count: columns)
    let output = FloatBuffer(count: outputs * outputs * filters)
    let vector = kernels.vectorCount
    var arguments = WinogradArguments(
      input: input.pointer, kernel: weights.pointer, bias: bias.pointer, output: output.pointer,
      scratch: output.pointer, tileSize: tileSize, tiles: 0,
      channelStride: (channels + vector - 1) / vector * vector, inputHeight: side,
      inputWidth: side, inputChannels: channels, top: 0, left: 0, outputHeight: outputs,
      outputWidth: outputs, outputChannels: filters, isPooled: true)
    arguments.low = 0
    let all = arguments.tileRows * arguments.tileColumns
    let tiles = kernels.winogradTiles(tileSize: tileSize, channelStride: arguments.channelStride)
    arguments.tiles = tiles
    let scratch = FloatBuffer(
      count: arguments.scratchCount(blockChannels: kernels.blockChannels))
    arguments.scratch = scratch.pointer
    let some = min(tiles, all)

    // SAFETY: the closures keep alive the buffers that the pointers refer to.
    func make(
      _ name: String, _ shape: String, multiplyAdds: Int, bytes: Int, isComparable: Bool = false,
      _ call: @escaping (inout WinogradArguments) -> Void
    ) -> KernelCase {
      var arguments = arguments
      return KernelCase(
        kernel: "\(name) F\(tileSize)", shape: shape, multiplyAdds: multiplyAdds, bytes: bytes,
        output: output, isComparable: isComparable
      ) {
        withExtendedLifetime((input, weights, bias, scratch)) { call(&arguments) }
      }
    }
    let products = some * places * columns
    return [
      make(
        "convolveWinograd pooled",
        "\(side)×\(side)×\(channels) → \(outputs)×\(outputs)×\(filters)",
        multiplyAdds: 36 * outputs * outputs * channels * filters,
        bytes: 4 * (input.count + weights.count + output.count), isComparable: true
      ) { arguments in
        for first in stride(from: 0, to: all, by: tiles) {
          kernels.convolveWinograd(&arguments, first, min(tiles, all - first))
        }
      },
      make(
        "transformWinogradInput", "\(some) tiles × \(channels)", multiplyAdds: 0,
        bytes: 8 * some * places * channels
      ) { kernels.transformWinogradInput(&$0, 0, some) },
      make(
        "multiplyWinograd", "\(places) of \(some) × \(channels) → \(filters)",
        multiplyAdds: products * channels, bytes: 4 * (some * places * channels + weights.count)
      ) { arguments in
        for block in 0..<blocks { kernels.multiplyWinograd(&arguments, block, some) }
      },
      make(
        "transformWinogradOutput", "\(some) tiles × \(filters)", multiplyAdds: 0,
        bytes: 4 * (products + some * tileSize * tileSize / 4 * filters)
      ) { arguments in
        for block in 0..<blocks { kernels.transformWinogradOutput(&arguments, block, 0, some) }
      },
    ]
  }

  /// The same convolution by F(1×4, 3×3), for inputs with few channels.
  static func winogradRows(
    _ kernels: KernelTable, side: Int, channels: Int, filters: Int
  ) -> KernelCase {
    let outputs = (side - 2) / 2
    let columns = kernels.padded(filters)
    let input = FloatBuffer(count: side * side * channels, limit: 1)
    let weights = FloatBuffer(count: 18 * channels * columns)
    transform(
      kernels.packWinogradRows, to: weights, channels: channels, filters: filters, tileSize: 4)
    let bias = FloatBuffer(count: columns)
    let output = FloatBuffer(count: outputs * outputs * filters)
    let scratch = FloatBuffer(count: kernels.rowStripCount)
    var arguments = ConvolutionArguments(
      input: input.pointer, kernel: weights.pointer, bias: bias.pointer, output: output.pointer,
      scratch: scratch.pointer, inputRowStride: side * channels, inputPixelStride: channels,
      outputRowStride: outputs * filters, outputPixelStride: filters, outputWidth: outputs,
      kernelHeight: 3, kernelWidth: 3, inputChannels: channels, outputChannels: filters)
    arguments.low = 0
    arguments.isPooled = true
    return KernelCase(
      kernel: "convolveWinogradRows pooled F1×4",
      shape: "\(side)×\(side)×\(channels) → \(outputs)×\(outputs)×\(filters)",
      multiplyAdds: 36 * outputs * outputs * channels * filters,
      bytes: 4 * (input.count + weights.count + output.count), output: output
    ) {
      withExtendedLifetime((input, weights, bias, scratch)) {
        kernels.convolveWinogradRows(&arguments, 0, outputs)
      }
    }
  }

  /// Fills `result` with transformed seeded weights, scaled so that sums of products stay near 1.
  private static func transform(
    _ pack: (UnsafePointer<WinogradPackingArguments>) -> Void, to result: FloatBuffer,
    channels: Int, filters: Int, tileSize: Int
  ) {
    let weights = FloatBuffer(
      count: 9 * channels * filters, limit: 1 / Float(9 * channels).squareRoot())
    var arguments = WinogradPackingArguments(
      input: weights.pointer, output: result.pointer, tileSize: tileSize, inputs: channels,
      outputs: filters)
    withExtendedLifetime(weights) { pack(&arguments) }
  }
}
