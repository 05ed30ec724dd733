/// What an image may ask for; held against its header before any memory is taken for its pixels.
///
/// Decoding needs at most 4 bytes a pixel, and 8 more where the JPEG is progressive.
public struct DecodeLimits: Hashable, Sendable {
  /// Bytes of the file.
  public var fileSize: Int
  /// Pixels of the image: width times height.
  public var pixels: Int
  /// Pixels of its longer side.
  public var side: Int
  /// Passes over the image, of which a progressive file has about ten.
  public var scans: Int
  /// Pixels times scans: a small progressive file can ask for hundreds of passes over a huge image.
  public var scannedPixels: Int

  /// Limits that suit full-size radiographs; see the properties.
  public init(
    fileSize: Int = 1 << 28, pixels: Int = 178_956_970, side: Int = 65_500,
    scans: Int = 500, scannedPixels: Int = 5_000_000_000
  ) {
    self.fileSize = fileSize
    self.pixels = pixels
    self.side = side
    self.scans = scans
    self.scannedPixels = scannedPixels
  }

  /// 256 MiB, the pixels at which Pillow refuses an image, the longest side of libjpeg, and what
  /// TurboJPEG takes for the most scans of a file that means well.
  public static let `default` = DecodeLimits()

  func check(width: Int, height: Int) throws(ImageError) {
    guard width <= side, height <= side else {
      throw ImageError(
        .tooLarge,
        "an image of \(width) x \(height) pixels, expected sides of at most \(side);"
          + " scale it down or raise the limit")
    }
    let (area, overflows) = width.multipliedReportingOverflow(by: height)
    guard !overflows, area <= pixels else {
      throw ImageError(
        .tooLarge,
        "an image of \(width) x \(height) pixels, expected at most \(pixels) in all;"
          + " scale it down or raise the limit")
    }
  }

  /// - Precondition: `area` is within the limit of pixels.
  func check(scans: Int, of area: Int) throws(ImageError) {
    guard scans <= self.scans else {
      throw ImageError(
        .tooLarge,
        "\(scans) scans, expected at most \(self.scans);"
          + " save it as a baseline JPEG or raise the limit")
    }
    guard scans <= scannedPixels / area else {
      throw ImageError(
        .tooLarge,
        "\(scans) scans of \(area) pixels, expected at most \(scannedPixels) pixels in all scans;"
          + " save it as a baseline JPEG or raise the limit")
    }
  }

  func check(byteCount: Int) throws(ImageError) {
    guard byteCount <= fileSize else {
      throw ImageError(.tooLarge, "\(byteCount) bytes; at most \(fileSize) are accepted")
    }
  }
}
