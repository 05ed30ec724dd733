/// Appends little-endian values to bytes.
struct ByteWriter {
  private(set) var bytes: [UInt8] = []

  var count: Int { bytes.count }

  /// A count or code below 2^32.
  mutating func write(_ value: Int) { write(integer: UInt32(value)) }

  mutating func write(offset: Int) { write(integer: UInt64(offset)) }

  mutating func write(_ value: Bool) { write(value ? 1 : 0) }

  mutating func write(_ value: Float) { write(integer: value.bitPattern) }

  mutating func write(_ value: Double) { write(integer: value.bitPattern) }

  /// UTF-8 after the number of its bytes.
  mutating func write(_ text: String) {
    write(text.utf8.count)
    bytes.append(contentsOf: text.utf8)
  }

  mutating func write(raw: UnsafeRawBufferPointer) { bytes.append(contentsOf: raw) }

  mutating func write(integer: some FixedWidthInteger) {
    withUnsafeBytes(of: integer.littleEndian) { bytes.append(contentsOf: $0) }
  }

  /// Zeros up to the next multiple of `alignment`.
  mutating func pad(to alignment: Int) {
    bytes.append(contentsOf: repeatElement(0, count: (alignment - count % alignment) % alignment))
  }

  mutating func overwrite(_ value: UInt32, at offset: Int) {
    withUnsafeBytes(of: value.littleEndian) {
      bytes.replaceSubrange(offset..<offset + 4, with: $0)
    }
  }
}
