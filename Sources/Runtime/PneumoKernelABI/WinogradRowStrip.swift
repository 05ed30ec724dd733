/// The part of an image that `convolveWinogradRows` processes at a time: tiles of four pixels in
/// several rows.
public enum WinogradRowStrip {
  /// The largest number of input channels.
  public static var mostChannels: Int { 4 }
  /// The largest number of output rows, before pooling.
  public static var rows: Int { 16 }
  /// The largest number of tiles in a row. This covers whole rows of most images: rows are read
  /// from main memory, and reading them sequentially is faster.
  public static var tiles: Int { 64 }

  /// The distance between positions of a transformed tile in elements: all channels of the rows
  /// that a strip reads, two more than it writes, and padding for four-channel stores at the last
  /// channel.
  public static func placeStride(channels: Int) -> Int { (rows + 2) * channels + 4 }

  /// The number of elements of the transformed inputs: six positions per tile.
  public static var inputCount: Int {
    6 * tiles * placeStride(channels: mostChannels)
  }
  /// The number of elements of the scratch memory: the inputs, then one block per position of a
  /// tile of two rows, then two rows of outputs.
  static func scratchCount(blockChannels: Int, tilePixels: Int) -> Int {
    inputCount + (2 * 6 + 2 * tilePixels) * blockChannels
  }
}
