/// What the APP1 segments of a JPEG say about its orientation, as Pillow's `ImageOps.exif_transpose`
/// understands them.
///
/// EXIF segments are joined to one TIFF file. Only where its first directory has no orientation, the
/// last XMP packet counts.
struct OrientationMetadata {
  private var exif: [UInt8]?
  private var xmp: ArraySlice<UInt8>?

  private static let exifPrefix = Array("Exif\0\0".utf8)
  private static let xmpPrefix = Array("http://ns.adobe.com/xap/1.0/\0".utf8)

  /// Notes the content of an APP1 segment.
  mutating func note(_ content: ArraySlice<UInt8>) {
    if content.starts(with: Self.exifPrefix) {
      exif = (exif ?? []) + content.dropFirst(Self.exifPrefix.count)
    } else if content.starts(with: Self.xmpPrefix) {
      xmp = content.dropFirst(Self.xmpPrefix.count)
    }
  }

  /// 1...8 as in EXIF; 1 where there is none that makes sense.
  var orientation: Int {
    var directory: TIFFDirectory?
    if var exif, !exif.isEmpty {
      // Some writers put the prefix twice.
      if exif.starts(with: Self.exifPrefix) { exif.removeFirst(Self.exifPrefix.count) }
      directory = TIFFDirectory(exif)
      // Pillow does not look any further in a file whose EXIF is no TIFF file.
      guard exif.isEmpty || directory != nil else { return 1 }
    }
    let value = directory.flatMap { $0.hasOrientation ? $0.orientation ?? 1 : nil }
    guard let value = value ?? xmpOrientation, (1...8).contains(value) else { return 1 }
    return value
  }

  /// The digit behind the first `tiff:Orientation="` or `tiff:Orientation>`.
  private var xmpOrientation: Int? {
    guard let xmp else { return nil }
    let name = Array("tiff:Orientation".utf8)
    for start in xmp.indices where xmp[start...].starts(with: name) {
      let rest = xmp[(start + name.count)...]
      for opening in ["=\"", ">"] where rest.starts(with: opening.utf8) {
        if let digit = rest.dropFirst(opening.utf8.count).first,
          (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit)
        {
          return Int(digit - UInt8(ascii: "0"))
        }
      }
    }
    return nil
  }
}
