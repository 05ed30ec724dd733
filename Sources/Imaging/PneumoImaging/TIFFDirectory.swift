/// The orientation in the first directory (IFD0) of a TIFF file, the payload of EXIF.
///
/// The file begins with byte order, 42 and the offset of IFD0; there stand a count and 12 bytes an
/// entry: tag, type, count, and the value or its offset (CIPA DC-008, section 4.6). Nothing else is
/// followed, so nothing can loop. Entries count as Pillow counts them: the first with the tag does,
/// an unknown type or no value makes none of it, and a value beyond the end of the file ends the
/// directory.
struct TIFFDirectory {
  /// Whether there is an entry, whatever its value.
  private(set) var hasOrientation = false
  /// `nil` where the value is not a whole number.
  private(set) var orientation: Int?

  /// Bytes of one value, by the number of the type.
  private static let sizes = [
    1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4, 16: 8,
  ]

  /// `nil` where `bytes` do not begin as a TIFF file does.
  init?(_ bytes: [UInt8]) {
    guard let tiff = TIFFReader(bytes), let directory = tiff.unsigned(at: 4, size: 4) else {
      return nil
    }
    let entries = tiff.unsigned(at: directory, size: 2) ?? 0
    var total = 0
    for entry in 0..<entries {
      let offset = directory + 2 + 12 * entry
      guard tiff.has(offset, 12), let tag = tiff.unsigned(at: offset, size: 2),
        let type = tiff.unsigned(at: offset + 2, size: 2),
        let count = tiff.unsigned(at: offset + 4, size: 4)
      else { return }
      guard let size = Self.sizes[type], count > 0 else { continue }
      var position = offset + 8
      if size * count > 4 {
        total += size * count
        guard total <= bytes.count else { continue }
        position = tiff.unsigned(at: position, size: 4) ?? 0
        guard tiff.has(position, size * count) else { return }
      }
      if tag == 0x0112 {
        hasOrientation = true
        orientation = tiff.number(at: position, type: type)
        return
      }
    }
  }
}

/// Numbers of a TIFF file; `nil` for an offset outside it.
private struct TIFFReader {
  private let bytes: [UInt8]
  private let isBigEndian: Bool

  /// `nil` where `bytes` begin with no byte order and magic number that Pillow takes.
  init?(_ bytes: [UInt8]) {
    self.bytes = bytes
    switch (bytes.prefix(2), bytes.dropFirst(2).prefix(2)) {
    case ([0x4D, 0x4D], [0, 42]), ([0x4D, 0x4D], [42, 0]): isBigEndian = true
    case ([0x49, 0x49], [42, 0]), ([0x49, 0x49], [0, 42]): isBigEndian = false
    default: return nil
    }
  }

  func has(_ offset: Int, _ size: Int) -> Bool { offset >= 0 && offset <= bytes.count - size }

  /// Offsets are sums of at most 32 bits and 20 bits, so none overflows an `Int`.
  func unsigned(at offset: Int, size: Int) -> Int? {
    pattern(at: offset, size: size).map { Int(truncatingIfNeeded: $0) }
  }

  private func pattern(at offset: Int, size: Int) -> UInt64? {
    guard has(offset, size) else { return nil }
    let field = bytes[offset..<offset + size]
    var value: UInt64 = 0
    for byte in isBigEndian ? Array(field) : field.reversed() { value = value << 8 | UInt64(byte) }
    return value
  }

  /// The value of this type where it is a whole number. Bytes and texts are none for Pillow.
  func number(at offset: Int, type: Int) -> Int? {
    switch type {
    case 3: return unsigned(at: offset, size: 2)
    case 4, 13: return unsigned(at: offset, size: 4)
    case 16: return unsigned(at: offset, size: 8)
    case 6: return unsigned(at: offset, size: 1).map { Int(Int8(truncatingIfNeeded: $0)) }
    case 8: return unsigned(at: offset, size: 2).map { Int(Int16(truncatingIfNeeded: $0)) }
    case 9: return unsigned(at: offset, size: 4).map { Int(Int32(truncatingIfNeeded: $0)) }
    case 11:
      guard let bits = pattern(at: offset, size: 4) else { return nil }
      return Int(exactly: Float(bitPattern: UInt32(bits)))
    case 12: return pattern(at: offset, size: 8).flatMap { Int(exactly: Double(bitPattern: $0)) }
    case 5, 10:
      guard let numerator = unsigned(at: offset, size: 4),
        let denominator = unsigned(at: offset + 4, size: 4), denominator != 0
      else { return nil }
      let isSigned = type == 10
      let parts = [numerator, denominator].map {
        isSigned ? Int(Int32(truncatingIfNeeded: $0)) : $0
      }
      return parts[0] % parts[1] == 0 ? parts[0] / parts[1] : nil
    default: return nil
    }
  }
}
