/// What `convolveWinogradRows` works on at a time: tiles of four pixels of some rows.
package enum WinogradRowStrip {
  /// The most input channels.
  @inlinable package static var mostChannels: Int { 4 }
  /// The most output rows, before pooling.
  @inlinable package static var rows: Int { 16 }
  /// The most tiles of a row. Whole rows of most pictures, for they are read from far memory, which is
  /// faster from end to end.
  @inlinable package static var tiles: Int { 64 }

  /// Elements from a place of a transformed tile to the next: all channels of the two rows more that
  /// a strip reads, and room for four channels that start with the last.
  @inlinable package static func placeStride(channels: Int) -> Int { (rows + 2) * channels + 4 }

  /// Elements that the transformed inputs take: six places of each tile.
  @inlinable package static var inputCount: Int {
    6 * tiles * placeStride(channels: mostChannels)
  }
  /// Elements of the scratch memory: after the inputs a block for each place of a tile of two rows,
  /// then two rows of outputs.
  static func scratchCount(blockChannels: Int, tilePixels: Int) -> Int {
    inputCount + (2 * 6 + 2 * tilePixels) * blockChannels
  }
}
