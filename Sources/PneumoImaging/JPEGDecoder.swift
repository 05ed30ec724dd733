import CTurboJPEG
import PneumoFiles

/// Decodes JPEG images with libjpeg-turbo, to the pixels that Pillow gives.
///
/// Grey stays grey; YCbCr, RGB, CMYK and YCCK become RGB. The accurate integer transform and
/// triangle-filtered chroma are used, as by default in libjpeg. A file that is truncated or damaged
/// is an error, never half an image.
///
/// Nothing of one image is left for the next: libjpeg keeps tables and, after an error, a marker in
/// its state, and would decode a damaged file with those of another. So each image has its own.
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
    let bytes: [UInt8]
    do throws(FileError) {
      bytes = try readFile(path, limit: limits.fileSize)
    } catch {
      image = .empty
      throw ImageError(error)
    }
    do throws(ImageError) {
      try decode(bytes, into: &image, applyingOrientation: applyingOrientation)
    } catch {
      throw error.naming(file: path)
    }
  }

  /// Replaces `image` by the one in `bytes`, in the same storage where it is large enough.
  /// After an error `image` is empty.
  public func decode(
    _ bytes: [UInt8], into image: inout PixelImage, applyingOrientation: Bool = false
  ) throws(ImageError) {
    do throws(ImageError) {
      try limits.check(byteCount: bytes.count)
      let header = try JPEGHeader(bytes)
      try limits.check(width: header.width, height: header.height)
      let scans = try JPEGScans(bytes, header)
      try limits.check(scans: scans.count, of: header.width * header.height)
      image.pixels.resize(to: header.width * header.height * header.components)
      try decompress(bytes, header, into: &image.pixels)
      image.width = header.width
      image.height = header.height
      image.channels = min(header.components, 3)
      if applyingOrientation, header.orientation != 1 {
        image = image.oriented(header.orientation)
      }
    } catch {
      image = .empty
      throw error
    }
  }

  /// Fills `pixels`, which holds `components` bytes a pixel, and leaves 1 or 3 a pixel there.
  private func decompress(
    _ bytes: [UInt8], _ header: JPEGHeader, into pixels: inout [UInt8]
  ) throws(ImageError) {
    guard let handle = tjInitDecompress() else {
      throw ImageError(.outOfMemory, "cannot start libjpeg-turbo: out of memory")
    }
    defer { tjDestroy(handle) }
    let format =
      switch header.components {
      case 1: TJPF_GRAY
      case 3: TJPF_RGB
      default: TJPF_CMYK
      }
    let area = header.width * header.height
    // Any warning is an error: libjpeg warns where it makes up pixels that the file lacks.
    let flags = TJFLAG_ACCURATEDCT | TJFLAG_STOPONWARNING | TJFLAG_LIMITSCANS
    let agrees = bytes.withUnsafeBufferPointer { source in
      var width: CInt = 0
      var height: CInt = 0
      var subsampling: CInt = 0
      var colorspace: CInt = 0
      // Fails for rare chroma samplings too, which can be decoded; only the size matters here.
      tjDecompressHeader3(
        handle, source.baseAddress, UInt(source.count), &width, &height, &subsampling, &colorspace)
      return Int(width) == header.width && Int(height) == header.height
    }
    guard agrees else { throw Self.damage(handle) }
    let status = pixels.withUnsafeMutableBufferPointer { target in
      bytes.withUnsafeBufferPointer { source in
        // SAFETY: libjpeg-turbo writes `height` rows of `width * components` bytes, the size that
        // `target` has; the header that it reads again is the one just compared.
        tjDecompress2(
          handle, source.baseAddress, UInt(source.count), target.baseAddress,
          CInt(header.width), 0, CInt(header.height), CInt(format.rawValue), flags)
      }
    }
    guard status == 0 else { throw Self.damage(handle) }
    if header.components == 4 {
      pixels.withUnsafeMutableBufferPointer { convertInvertedCMYKToRGB($0, count: area) }
      pixels.removeLast(area)
    }
  }

  /// The error that libjpeg-turbo has just met.
  private static func damage(_ handle: tjhandle) -> ImageError {
    let message = String(cString: tjGetErrorStr2(handle))
    return ImageError(
      .corrupt, "a damaged JPEG (libjpeg: \(message)); fetch or export the file again")
  }
}

extension [UInt8] {

  /// Takes the length `count`, in the same storage where it is large enough, with any bytes.
  fileprivate mutating func resize(to count: Int) {
    if count <= self.count {
      removeLast(self.count - count)
    } else if count <= capacity {
      append(contentsOf: repeatElement(0, count: count - self.count))
    } else {
      // SAFETY: every bit pattern is a byte. The decoder overwrites them all, or throws and they
      // are dropped. Memory that is not written is not taken either: a small file that declares a
      // huge image costs address space only.
      self = [UInt8](unsafeUninitializedCapacity: count) { _, initialized in
        initialized = count
      }
    }
  }
}
