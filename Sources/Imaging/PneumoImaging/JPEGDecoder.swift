import PneumoModel
import PneumoSystem

/// Decodes JPEG images with libjpeg-turbo, to the pixels that Pillow gives.
///
/// Gray stays gray; YCbCr, RGB, CMYK and YCCK become RGB. The accurate integer transform and
/// triangle-filtered chroma are used, as by default in libjpeg. A file that lacks some of its pixels,
/// because it is truncated or damaged, is an error, never half an image. What libjpeg merely
/// remarks on, such as stray bytes between segments, changes no pixel and is no error.
///
/// Images are decoded at full size, never at the 1/2, 1/4 or 1/8 that libjpeg offers: no filter of
/// the preprocessing gives the same bytes then. Even `box`, where it averages just those blocks,
/// differs: libjpeg averages before it rounds.
public struct JPEGDecoder: Sendable {
  /// What a file may ask for.
  public let limits: DecodeLimits

  /// A decoder that refuses files beyond `limits`.
  public init(limits: DecodeLimits = .default) {
    self.limits = limits
  }

  /// The image in the regular file at `path`, turned upright where `applyingOrientation`.
  public func decode(
    file path: String, applyingOrientation: Bool = false
  ) throws(ImageError) -> PixelImage {
    var image = PixelImage.empty
    try decode(file: path, into: &image, applyingOrientation: applyingOrientation)
    return image
  }

  /// The image in `bytes`, a whole JPEG file.
  public func decode(
    _ bytes: [UInt8], applyingOrientation: Bool = false
  ) throws(ImageError) -> PixelImage {
    var image = PixelImage.empty
    try decode(bytes, into: &image, applyingOrientation: applyingOrientation)
    return image
  }

  /// Replaces `image` by the one in the file at `path`, in the same storage where it is large
  /// enough. After an error `image` is empty.
  public func decode(
    file path: String, into image: inout PixelImage, applyingOrientation: Bool = false
  ) throws(ImageError) {
    var bytes: [UInt8] = []
    try decode(
      file: path, readInto: &bytes, into: &image, applyingOrientation: applyingOrientation,
      nearest: nil)
  }

  /// Replaces `image` by the one in `bytes`, in the same storage where it is large enough.
  /// After an error `image` is empty.
  public func decode(
    _ bytes: [UInt8], into image: inout PixelImage, applyingOrientation: Bool = false
  ) throws(ImageError) {
    try decode(bytes, into: &image, applyingOrientation: applyingOrientation, nearest: nil)
  }

  /// The same, of the file at `path`, which is read to `bytes`.
  func decode(
    file path: String, readInto bytes: inout [UInt8], into image: inout PixelImage,
    applyingOrientation: Bool, nearest size: Extent?
  ) throws(ImageError) {
    do throws(FileError) {
      try readFile(path, limit: limits.fileSize, into: &bytes)
    } catch {
      image = .empty
      throw ImageError(error)
    }
    do throws(ImageError) {
      try decode(bytes, into: &image, applyingOrientation: applyingOrientation, nearest: size)
    } catch {
      throw error.naming(file: path)
    }
  }

  /// Replaces `image` by the one in `bytes`.
  ///
  /// - Parameter size: where not `nil`, the image may come at this size already, as
  ///   ``PixelImage/resized(to:filter:)`` makes it with the filter `nearest`: then only the pixels
  ///   that it picks are kept. An image that is to be turned comes at its own size.
  func decode(
    _ bytes: [UInt8], into image: inout PixelImage, applyingOrientation: Bool,
    nearest size: Extent?
  ) throws(ImageError) {
    do throws(ImageError) {
      try limits.check(byteCount: bytes.count)
      let header = try JPEGHeader(bytes)
      try limits.check(width: header.width, height: header.height)
      let scans = try JPEGScans(header)
      try limits.check(scans: scans.count, of: header.width * header.height)
      let orientation = applyingOrientation ? header.orientation : 1
      let target = orientation == 1 ? size : nil
      (image.width, image.height) = (target?.width ?? header.width, target?.height ?? header.height)
      image.channels = min(header.components, 3)
      let area = image.width * image.height
      image.pixels.resize(to: area * header.components)
      if let target {
        try decompress(bytes, header, nearest: target, into: &image.pixels)
      } else {
        try decompress(bytes, header, into: &image.pixels)
      }
      if header.components == 4 {
        image.pixels.withUnsafeMutableBufferPointer { convertInvertedCMYKToRGB($0, count: area) }
        image.pixels.removeLast(area)
      }
      if orientation != 1 { image = image.oriented(orientation) }
    } catch {
      image = .empty
      throw error
    }
  }

  /// Fills `pixels`, which holds as many bytes a pixel as the file has components.
  private func decompress(
    _ bytes: [UInt8], _ header: JPEGHeader, into pixels: inout [UInt8]
  ) throws(ImageError) {
    try withPointers(bytes, &pixels) { source, target throws(ImageError) in
      let rows = try JPEGRows(source, header)
      for index in 0..<header.height {
        // SAFETY: `target` holds `height` rows.
        try rows.read(index, into: target + index * rows.byteCount)
      }
      try rows.finish(target)
    }
  }

  /// Fills `pixels` with those that nearest-neighbor resizing to `size` picks.
  private func decompress(
    _ bytes: [UInt8], _ header: JPEGHeader, nearest size: Extent, into pixels: inout [UInt8]
  ) throws(ImageError) {
    let components = header.components
    let columns = nearestPixels(from: header.width, to: size.width).map { $0 * components }
    let picked = nearestPixels(from: header.height, to: size.height)
    try withPointers(bytes, &pixels) { source, target throws(ImageError) in
      let rows = try JPEGRows(source, header)
      let row = UnsafeMutablePointer<UInt8>.allocate(capacity: rows.byteCount)
      defer { row.deallocate() }
      var (last, end) = (-1, target)
      for index in picked {
        if index > last { try rows.read(index, into: row) }
        last = index
        // SAFETY: columns are offsets of pixels within a row; `end` counts the bytes of
        // `size` pixels, which `target` holds.
        for column in columns {
          for component in 0..<components { end[component] = row[column + component] }
          end += components
        }
      }
      try rows.finish(row)
    }
  }

  /// Calls `body` with the bytes and where the pixels go, of which there is at least one.
  private func withPointers(
    _ bytes: [UInt8], _ pixels: inout [UInt8],
    _ body: (UnsafeBufferPointer<UInt8>, UnsafeMutablePointer<UInt8>) throws(ImageError) -> Void
  ) throws(ImageError) {
    try pixels.withUnsafeMutableBufferPointer { target throws(ImageError) in
      guard let target = target.baseAddress else { return }
      try bytes.withUnsafeBufferPointer { source throws(ImageError) in try body(source, target) }
    }
  }
}
