/// The pixels of a phantom.
package struct Drawing: Hashable, Sendable {
  /// Width in pixels.
  package let width: Int
  /// Height in pixels.
  package let height: Int
  /// 1 for grayscale, 3 for RGB.
  package let channels: Int
  /// The pixels in row-major order, with interleaved channels.
  package let pixels: [UInt8]

  /// Makes a drawing from gray levels.
  ///
  /// - Parameter tint: `nil` for a grayscale image, 0 for three equal channels, positive for a tint
  ///   toward red and negative toward blue, as a fraction of the gray level.
  init(width: Int, height: Int, gray: [UInt8], tint: Float?) {
    self.width = width
    self.height = height
    guard let tint else {
      channels = 1
      pixels = gray
      return
    }
    channels = 3
    var colors: [UInt8] = []
    colors.reserveCapacity(gray.count * 3)
    for value in gray {
      let level = Float(value)
      colors.append(UInt8(min((level * (1 + tint)).rounded(), 255)))
      colors.append(value)
      colors.append(UInt8(min((level * (1 - tint)).rounded(), 255)))
    }
    pixels = colors
  }
}
