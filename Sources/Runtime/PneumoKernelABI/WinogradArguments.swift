/// The arguments of a 3×3 convolution with stride 1 by Winograd's minimal filtering, F(m×m, 3×3).
///
/// The output is divided into tiles of m×m, numbered row by row through all images of the batch. An
/// output tile depends on (m + 2)² input elements per channel, and takes as many multiplications:
/// one in each of (m + 2)² matrix products.
public struct WinogradArguments {
  /// The first image.
  public var input: UnsafePointer<Float>
  /// Transformed kernels: blocks of output channels, each with its matrices in row-major order.
  public var kernel: UnsafePointer<Float>
  /// The bias, padded with zeros to whole blocks.
  public var bias: UnsafePointer<Float>
  /// The first image.
  public var output: UnsafeMutablePointer<Float>
  /// Room for ``scratchCount(blockChannels:)`` elements, used by one thread only.
  public var scratch: UnsafeMutablePointer<Float>

  /// The m in F(m×m, 3×3): 2, 4 or 6.
  public var tileSize: Int
  /// The number of tiles transformed together.
  public var tiles: Int
  /// The distance between positions of a transformed tile in elements: the number of input
  /// channels, rounded up to whole vectors.
  public var channelStride: Int

  /// Rows in the input.
  public var inputHeight: Int
  /// Pixels in an input row.
  public var inputWidth: Int
  /// Channels in the input.
  public var inputChannels: Int
  /// Rows of zero padding above the input.
  public var top: Int
  /// Pixels of zero padding to the left of the input.
  public var left: Int

  /// Rows in the output, after pooling.
  public var outputHeight: Int
  /// Pixels in an output row, after pooling.
  public var outputWidth: Int
  /// Channels in the output.
  public var outputChannels: Int
  /// Whether an output is the maximum of 2×2 sums.
  public var isPooled: Bool
  /// For training, the index of the largest of each 2×2 sums: 0 to 3 in row-major order, or -1 if
  /// the result is clamped and so has no gradient. Laid out like the output.
  public var choices: UnsafeMutablePointer<Float>? = nil
  /// Results are clamped to `low...high`; 0 and infinity give ReLU.
  public var low = -Float.infinity
  /// The upper limit of results.
  public var high = Float.infinity

  /// Sets all fields that have no default.
  public init(
    input: UnsafePointer<Float>, kernel: UnsafePointer<Float>, bias: UnsafePointer<Float>,
    output: UnsafeMutablePointer<Float>, scratch: UnsafeMutablePointer<Float>, tileSize: Int,
    tiles: Int, channelStride: Int, inputHeight: Int, inputWidth: Int, inputChannels: Int,
    top: Int, left: Int, outputHeight: Int, outputWidth: Int, outputChannels: Int, isPooled: Bool
  ) {
    self.input = input
    self.kernel = kernel
    self.bias = bias
    self.output = output
    self.scratch = scratch
    self.tileSize = tileSize
    self.tiles = tiles
    self.channelStride = channelStride
    self.inputHeight = inputHeight
    self.inputWidth = inputWidth
    self.inputChannels = inputChannels
    self.top = top
    self.left = left
    self.outputHeight = outputHeight
    self.outputWidth = outputWidth
    self.outputChannels = outputChannels
    self.isPooled = isPooled
  }

  /// The side of a transformed tile in elements.
  public var transformedSize: Int { tileSize + 2 }
  /// Rows of tiles in one image.
  public var tileRows: Int { Self.tileCount(outputHeight, tileSize, isPooled) }
  /// Tiles in one row.
  public var tileColumns: Int { Self.tileCount(outputWidth, tileSize, isPooled) }

  @inlinable static func tileCount(_ outputs: Int, _ tileSize: Int, _ isPooled: Bool) -> Int {
    (outputs * (isPooled ? 2 : 1) + tileSize - 1) / tileSize
  }

  // In scratch memory, the elements of a transformed tile are contiguous, so that transforms read
  // and write sequentially. A few padding elements keep the distance between tiles from being a
  // power of two, at which all tiles would compete for the same cache lines.

  /// The distance between transformed input tiles in elements: all channels for each position.
  public var inputTileStride: Int {
    transformedSize * transformedSize * channelStride + 16
  }
  /// The distance between tiles of products in elements: a block of output channels for each
  /// position.
  public func productTileStride(blockChannels: Int) -> Int {
    transformedSize * transformedSize * blockChannels + 16
  }
  /// The number of elements of the transformed inputs, which come first in scratch memory.
  public var inputCount: Int { tiles * inputTileStride }
  /// The number of elements of the products, which come next, before the half-transformed tile.
  public func productCount(blockChannels: Int) -> Int {
    tiles * productTileStride(blockChannels: blockChannels)
  }
  /// The number of elements of the scratch memory.
  public func scratchCount(blockChannels: Int) -> Int {
    // Two transform stages of a tile, each with one vector (half a block) per element.
    inputCount + productCount(blockChannels: blockChannels)
      + transformedSize * transformedSize * blockChannels
  }
}

/// The arguments for transforming a kernel.
public struct WinogradPackingArguments {
  /// The kernel, of shape (3, 3, inputs, outputs).
  public var input: UnsafePointer<Float>
  /// Room for (m + 2)² × `inputs` × `outputs` elements or, for `packWinogradRows`, 3 × (m + 2) ×
  /// `inputs` × `outputs`, with `outputs` rounded up to whole blocks. Must be zeroed beforehand.
  public var output: UnsafeMutablePointer<Float>
  /// The m in F(m×m, 3×3): 2, 4 or 6.
  public var tileSize: Int
  /// Input channels.
  public var inputs: Int
  /// Output channels.
  public var outputs: Int

  /// Sets all fields.
  public init(
    input: UnsafePointer<Float>, output: UnsafeMutablePointer<Float>, tileSize: Int, inputs: Int,
    outputs: Int
  ) {
    self.input = input
    self.output = output
    self.tileSize = tileSize
    self.inputs = inputs
    self.outputs = outputs
  }
}
