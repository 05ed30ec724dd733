/// What a JPEG declares before its first scan.
///
/// Markers are walked from segment to segment (ITU-T T.81, annex B) as libjpeg does, without its
/// tolerance for bytes that belong to no segment.
struct JPEGHeader: Hashable, Sendable {
  private(set) var width = 0
  private(set) var height = 0
  /// 1 grey, 3 YCbCr or RGB, 4 CMYK or YCCK.
  private(set) var components = 0
  /// EXIF orientation, 1...8; 1 where there is none.
  private(set) var orientation = 1
  /// The identifiers of the components.
  private(set) var componentIdentifiers: [UInt8] = []
  private(set) var isProgressive = false
  /// Where the first scan's segment starts, behind its marker.
  private(set) var firstScan = 0

  /// Reads the header of a whole file.
  ///
  /// Throws `empty`, `notAJPEG`, `corrupt` or `unsupported`.
  init(_ bytes: [UInt8]) throws(ImageError) {
    guard !bytes.isEmpty else {
      throw ImageError(.empty, "the file is empty, expected a JPEG image")
    }
    guard bytes.starts(with: [0xFF, 0xD8]) else { throw Self.notAJPEG(bytes) }
    var hasOrientation = false
    var offset = 2
    while true {
      let marker = try Self.nextMarker(bytes, &offset)
      switch marker {
      case 0x01, 0xD0...0xD7:  // TEM, RSTn: no parameters
        continue
      case 0xDA:  // SOS
        guard components > 0 else { throw Self.corrupt("its pixels come before its size") }
        firstScan = offset
        return
      case 0xD8, 0xD9:  // SOI, EOI
        throw Self.corrupt("it ends before its pixels")
      default:
        break
      }
      let payload = try Self.segment(bytes, &offset)
      switch marker {
      case 0xC0...0xCF where marker != 0xC4 && marker != 0xC8 && marker != 0xCC:
        try readFrame(payload, marker: marker)
      case 0xE1 where !hasOrientation:
        if let found = exifOrientation(inSegment: payload) {
          orientation = found
          hasOrientation = true
        }
      default:
        break
      }
    }
  }

  /// SOFn: precision, height, width, number of components.
  private mutating func readFrame(
    _ payload: ArraySlice<UInt8>, marker: UInt8
  ) throws(ImageError) {
    guard components == 0 else { throw Self.corrupt("it declares its size twice") }
    guard payload.count >= 6 else { throw Self.corrupt("its frame header is too short") }
    let field = Array(payload.prefix(6))
    // Baseline, extended and progressive, coded by Huffman or arithmetically.
    guard [0xC0, 0xC1, 0xC2, 0xC9, 0xCA].contains(marker) else {
      throw ImageError(
        .unsupported, "a lossless or hierarchical JPEG; save it as a baseline JPEG")
    }
    guard field[0] == 8 else {
      throw ImageError(
        .unsupported, "a JPEG of \(field[0]) bits a sample, expected 8; save it with 8 bits")
    }
    height = Int(field[1]) << 8 | Int(field[2])
    width = Int(field[3]) << 8 | Int(field[4])
    guard width > 0, height > 0 else {
      throw Self.corrupt("it declares \(width) x \(height) pixels")
    }
    guard [1, 3, 4].contains(field[5]) else {
      throw ImageError(
        .unsupported,
        "a JPEG of \(field[5]) components, expected 1 (grey), 3 (colour) or 4 (CMYK)")
    }
    components = Int(field[5])
    isProgressive = marker == 0xC2 || marker == 0xCA
    // Three bytes a component, of which the first identifies it.
    let table = payload.dropFirst(6)
    guard table.count >= 3 * components else { throw Self.corrupt("its frame header is too short") }
    componentIdentifiers = (0..<components).map { table[table.startIndex + 3 * $0] }
  }

  /// Moves `offset` past the next marker and returns its code.
  private static func nextMarker(_ bytes: [UInt8], _ offset: inout Int) throws(ImageError) -> UInt8
  {
    guard offset < bytes.count else { throw corrupt("it ends within its header") }
    guard bytes[offset] == 0xFF else { throw corrupt("no marker at byte \(offset)") }
    while offset < bytes.count, bytes[offset] == 0xFF { offset += 1 }
    guard offset < bytes.count else { throw corrupt("it ends within its header") }
    guard bytes[offset] != 0 else { throw corrupt("no marker at byte \(offset - 1)") }
    offset += 1
    return bytes[offset - 1]
  }

  /// Moves `offset` past the segment that starts there and returns what follows its length.
  static func segment(
    _ bytes: [UInt8], _ offset: inout Int
  ) throws(ImageError) -> ArraySlice<UInt8> {
    guard offset + 2 <= bytes.count else { throw corrupt("it ends within its header") }
    let length = Int(bytes[offset]) << 8 | Int(bytes[offset + 1])
    guard length >= 2 else { throw corrupt("a segment of \(length) bytes at byte \(offset)") }
    guard offset + length <= bytes.count else { throw corrupt("it ends within its header") }
    let payload = bytes[offset + 2..<offset + length]
    offset += length
    return payload
  }

  static func corrupt(_ what: String) -> ImageError {
    ImageError(.corrupt, "a damaged JPEG: \(what); fetch or export the file again")
  }

  private static func notAJPEG(_ bytes: [UInt8]) -> ImageError {
    if let format = describeForeignFormat(bytes) {
      return ImageError(
        .notAJPEG, "expected a JPEG image, found \(format); convert it to JPEG first")
    }
    let opening = bytes.prefix(4).map { byte in
      (byte < 16 ? "0" : "") + String(byte, radix: 16)
    }
    return ImageError(
      .notAJPEG,
      "expected a JPEG image (ff d8 ff), found a file that begins with"
        + " \(opening.joined(separator: " "))")
  }
}
