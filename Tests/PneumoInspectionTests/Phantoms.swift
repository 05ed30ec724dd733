import PneumoImaging
import PneumoPhantom
import PneumoTestSupport

/// A small drawing, as an image.
func phantom(_ index: Int, side: Int = 200) -> PixelImage {
  let drawing = Phantom(seed: 9, index: index, longSide: side).draw()
  return PixelImage(
    width: drawing.width, height: drawing.height, channels: drawing.channels,
    pixels: drawing.pixels)
}

extension PixelImage {
  /// With `levels` added to each byte.
  func brightened(by levels: Int) -> PixelImage {
    PixelImage(
      width: width, height: height, channels: channels,
      pixels: pixels.map { UInt8(min(Int($0) + levels, 255)) })
  }

  /// With three equal channels.
  var asColor: PixelImage {
    let gray = convertedToGray()
    return PixelImage(
      width: width, height: height, channels: 3, pixels: gray.pixels.flatMap { [$0, $0, $0] })
  }
}

extension TemporaryFolder {
  /// Writes an image as a JPEG.
  func write(_ image: PixelImage, to name: String, quality: Int = 90) throws {
    try write(image.jpegBytes(quality: quality), to: name)
  }
}
