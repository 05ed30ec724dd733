/// The orientation 1...8 in the payload of a JPEG's APP1 segment, or `nil` where there is none.
///
/// The payload is `Exif\0\0` and a TIFF file, of which only the first directory (IFD0) is read:
/// byte order, 42, offset of IFD0; there a count and 12 bytes an entry: tag, type, count, value
/// (CIPA DC-008, section 4.6). Nothing is followed further, so nothing can loop. Where the tag
/// comes twice, the last counts, as with Pillow.
func exifOrientation(inSegment payload: ArraySlice<UInt8>) -> Int? {
  let prefix: [UInt8] = [0x45, 0x78, 0x69, 0x66, 0, 0]
  guard payload.starts(with: prefix) else { return nil }
  guard let tiff = TIFFReader(payload.dropFirst(prefix.count)) else { return nil }
  guard tiff.uint16(at: 2) == 42, let directory = tiff.uint32(at: 4) else { return nil }
  guard let entries = tiff.uint16(at: directory) else { return nil }
  var orientation: Int?
  for entry in 0..<entries {
    let offset = directory + 2 + 12 * entry
    guard let tag = tiff.uint16(at: offset) else { break }
    guard tag == 0x0112, tiff.uint32(at: offset + 4) == 1 else { continue }
    let value: Int? =
      switch tiff.uint16(at: offset + 2) {
      case 3: tiff.uint16(at: offset + 8)
      case 4: tiff.uint32(at: offset + 8)
      default: nil
      }
    if let value { orientation = value }
  }
  guard let orientation, (1...8).contains(orientation) else { return nil }
  return orientation
}

/// Integers of a TIFF file; `nil` for an offset outside it.
private struct TIFFReader {
  private let bytes: ArraySlice<UInt8>
  private let isBigEndian: Bool

  /// `nil` where the byte order mark is neither `II` nor `MM`.
  init?(_ bytes: ArraySlice<UInt8>) {
    self.bytes = bytes
    if bytes.starts(with: "II".utf8) {
      isBigEndian = false
    } else if bytes.starts(with: "MM".utf8) {
      isBigEndian = true
    } else {
      return nil
    }
  }

  func uint16(at offset: Int) -> Int? { integer(at: offset, size: 2) }

  func uint32(at offset: Int) -> Int? { integer(at: offset, size: 4) }

  /// Offsets are sums of at most 32 bits and 20 bits, so none overflows an `Int`.
  private func integer(at offset: Int, size: Int) -> Int? {
    guard offset >= 0, offset <= bytes.count - size else { return nil }
    let start = bytes.startIndex + offset
    let field = bytes[start..<start + size]
    var value = 0
    for byte in isBigEndian ? Array(field) : field.reversed() { value = value << 8 | Int(byte) }
    return value
  }
}
