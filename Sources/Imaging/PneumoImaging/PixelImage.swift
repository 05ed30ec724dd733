/// An image in memory: rows of pixels of one (gray) or three (red, green, blue) bytes.
public struct PixelImage: Hashable, Sendable {
  /// Pixels of a row.
  public internal(set) var width: Int
  /// Rows.
  public internal(set) var height: Int
  /// 1 or 3.
  public internal(set) var channels: Int
  /// `height * width * channels` bytes: rows from the top, no padding.
  public internal(set) var pixels: [UInt8]

  /// - Precondition: sides of at least 1, 1 or 3 channels, `height * width * channels` bytes.
  public init(width: Int, height: Int, channels: Int, pixels: [UInt8]) {
    precondition(width > 0 && height > 0, "an image has at least one pixel")
    precondition(channels == 1 || channels == 3, "an image has 1 or 3 channels")
    precondition(pixels.count == width * height * channels, "as many bytes as the sides say")
    self.width = width
    self.height = height
    self.channels = channels
    self.pixels = pixels
  }

  /// No pixels: where a decoder puts its first image.
  public static var empty: PixelImage { PixelImage() }

  private init() {
    width = 0
    height = 0
    channels = 1
    pixels = []
  }

  /// An image whose bytes `fill` writes, all of them.
  init(
    width: Int, height: Int, channels: Int,
    filledBy fill: (UnsafeMutableBufferPointer<UInt8>) -> Void
  ) {
    let count = width * height * channels
    let pixels = [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
      // SAFETY: the array may reserve more than asked for; `fill` sees `count` bytes of it.
      fill(UnsafeMutableBufferPointer(rebasing: buffer[..<count]))
      initialized = count
    }
    self.init(width: width, height: height, channels: channels, pixels: pixels)
  }
}
