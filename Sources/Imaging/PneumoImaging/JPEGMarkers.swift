/// The markers of a JPEG file and their segments (ITU-T T.81, annex B), as libjpeg finds them.
///
/// Bytes that belong to no segment are passed over, as are restart markers and `TEM`, which have no
/// segment.
struct JPEGMarkers {
  private let bytes: [UInt8]
  /// Behind the last marker or segment that was read.
  private var offset: Int

  /// The markers behind the first two bytes, which are SOI.
  init(_ bytes: [UInt8]) {
    self.bytes = bytes
    offset = 2
  }

  /// Moves past the next marker and returns its code; `nil` at the end of the file.
  mutating func next() -> UInt8? {
    bytes.withUnsafeBufferPointer { bytes in
      while offset + 1 < bytes.count {
        let code = bytes[offset + 1]
        switch (bytes[offset], code) {
        case (0xFF, 0xFF): offset += 1  // fill bytes
        case (0xFF, 0), (0xFF, 0x01), (0xFF, 0xD0...0xD7): offset += 2
        case (0xFF, _):
          offset += 2
          return code
        default: offset += 1
        }
      }
      return nil
    }
  }

  /// Moves past the segment of `marker`, which was read last, and returns what follows its length.
  ///
  /// libjpeg ignores lengths of 0 and 1 where it does not need the content, so they are accepted
  /// there: in application segments and comments.
  mutating func segment(of marker: UInt8) throws(ImageError) -> ArraySlice<UInt8> {
    guard offset + 2 <= bytes.count else { throw .corruptJPEG("it ends within its header") }
    var length = Int(bytes[offset]) << 8 | Int(bytes[offset + 1])
    if length < 2 {
      guard (0xE0...0xEF).contains(marker) || marker == 0xFE else {
        throw .corruptJPEG("a segment of \(length) bytes at byte \(offset)")
      }
      length = 2
    }
    guard offset + length <= bytes.count else { throw .corruptJPEG("it ends within its header") }
    let content = bytes[offset + 2..<offset + length]
    offset += length
    return content
  }
}

extension ImageError {
  /// The error of a JPEG whose pixels are not all in the file.
  static func corruptJPEG(_ problem: String) -> ImageError {
    ImageError(.corrupt, "a damaged JPEG: \(problem); fetch or export the file again")
  }
}
