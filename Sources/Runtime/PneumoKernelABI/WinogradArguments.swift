/// A 3×3 convolution with stride 1 by Winograd's minimal filtering, F(m×m, 3×3).
///
/// The output is covered by tiles of m×m; tiles are counted through all images of the batch, row by
/// row. A tile of the output needs (m + 2)² elements of the input for each channel, and is computed
/// with as many multiplications, one in each of (m + 2)² matrix products.
package struct WinogradArguments {
  /// The first image.
  package var input: UnsafePointer<Float>
  /// Transformed kernels: blocks of output channels; in each the matrices, row by row.
  package var kernel: UnsafePointer<Float>
  /// Padded with zeros to whole blocks.
  package var bias: UnsafePointer<Float>
  /// The first image.
  package var output: UnsafeMutablePointer<Float>
  /// Room for ``scratchCount(blockChannels:)`` elements, which no other thread works in.
  package var scratch: UnsafeMutablePointer<Float>

  /// The m of F(m×m, 3×3): 2, 4 or 6.
  package var tileSize: Int
  /// Tiles that are transformed together.
  package var tiles: Int
  /// Elements from a place of a transformed tile to the next: the number of input channels rounded
  /// up to whole vectors.
  package var channelStride: Int

  /// Rows of the input.
  package var inputHeight: Int
  /// Pixels of an input row.
  package var inputWidth: Int
  /// Channels of the input.
  package var inputChannels: Int
  /// Rows of zeros above the input.
  package var top: Int
  /// Pixels of zeros to the left of the input.
  package var left: Int

  /// Rows of the output, after pooling.
  package var outputHeight: Int
  /// Pixels of an output row, after pooling.
  package var outputWidth: Int
  /// Channels of the output.
  package var outputChannels: Int
  /// Whether an output is the largest of 2×2 sums.
  package var isPooled: Bool
  /// Where training wants to know, laid out like the output, which of 2×2 sums is the largest: 0 to 3
  /// in the order of rows, and -1 where the result is clamped, so that it has no gradient.
  package var choices: UnsafeMutablePointer<Float>? = nil
  /// Results are clamped to `low...high`: 0 and infinity are ReLU.
  package var low = -Float.infinity
  /// The greatest result.
  package var high = Float.infinity

  /// All that has no usual value.
  package init(
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

  /// Elements of one side of a transformed tile.
  @inlinable package var transformedSize: Int { tileSize + 2 }
  /// Rows of tiles of one image.
  @inlinable package var tileRows: Int { Self.tileCount(outputHeight, tileSize, isPooled) }
  /// Tiles of one row.
  @inlinable package var tileColumns: Int { Self.tileCount(outputWidth, tileSize, isPooled) }

  @inlinable static func tileCount(_ outputs: Int, _ tileSize: Int, _ isPooled: Bool) -> Int {
    (outputs * (isPooled ? 2 : 1) + tileSize - 1) / tileSize
  }

  // Scratch memory has all elements of a transformed tile together, so that transforms read and write
  // in one stretch. Some elements more keep tiles away from power-of-two distances, at which all
  // would fight for the same lines of the cache.

  /// Elements from a transformed input tile to the next: for each place in the tile all channels.
  @inlinable package var inputTileStride: Int {
    transformedSize * transformedSize * channelStride + 16
  }
  /// Elements from a tile of products to the next: for each place a block of output channels.
  @inlinable package func productTileStride(blockChannels: Int) -> Int {
    transformedSize * transformedSize * blockChannels + 16
  }
  /// Elements that the transformed inputs take, before the products.
  @inlinable package var inputCount: Int { tiles * inputTileStride }
  /// Elements that the products take, before a tile that is half transformed.
  @inlinable package func productCount(blockChannels: Int) -> Int {
    tiles * productTileStride(blockChannels: blockChannels)
  }
  /// Elements of the scratch memory.
  @inlinable package func scratchCount(blockChannels: Int) -> Int {
    // A vector, half a block, for each element of a tile in two stages.
    inputCount + productCount(blockChannels: blockChannels)
      + transformedSize * transformedSize * blockChannels
  }
}

/// A kernel to be transformed.
package struct WinogradPackingArguments {
  /// Shape (3, 3, inputs, outputs).
  package var input: UnsafePointer<Float>
  /// Room for (m + 2)² × `inputs` × `outputs`, for `packWinogradRows` 3 × (m + 2) × `inputs` ×
  /// `outputs`, the last rounded up to whole blocks; zeros at first.
  package var output: UnsafeMutablePointer<Float>
  /// The m of F(m×m, 3×3): 2, 4 or 6.
  package var tileSize: Int
  /// Input channels.
  package var inputs: Int
  /// Output channels.
  package var outputs: Int

  /// A kernel and where it goes.
  package init(
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
