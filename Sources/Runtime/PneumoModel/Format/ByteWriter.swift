/// Appends little-endian values to bytes. The counterpart of ``ByteReader``.
struct ByteWriter {
  private(set) var bytes: [UInt8] = []

  mutating func integer(_ value: some FixedWidthInteger) {
    withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
  }

  mutating func u8(_ value: UInt8) { bytes.append(value) }

  /// A size or count, which must fit 32 bits, as all that ``Limits`` allows do.
  mutating func u32(_ value: Int) { integer(UInt32(value)) }

  mutating func u64(_ value: Int) { integer(UInt64(value)) }

  mutating func f32(_ value: Float) { integer(value.bitPattern) }

  mutating func f64(_ value: Double) { integer(value.bitPattern) }

  mutating func flag(_ value: Bool) { u8(value ? 1 : 0) }

  /// The number of UTF-8 bytes, then these.
  mutating func text(_ value: String) {
    u32(value.utf8.count)
    bytes.append(contentsOf: value.utf8)
  }

  mutating func raw(_ values: some Sequence<UInt8>) { bytes.append(contentsOf: values) }

  /// Zeros up to the next multiple of ``FileFormat/alignment``.
  mutating func align() {
    let padding = FileFormat.aligned(bytes.count) - bytes.count
    bytes.append(contentsOf: repeatElement(0, count: padding))
  }

  mutating func reserve(_ count: Int) { bytes.reserveCapacity(count) }

  /// Replaces the 32 bits at `offset`, which are already written.
  mutating func overwrite(at offset: Int, with value: UInt32) {
    withUnsafeBytes(of: value.littleEndian) {
      bytes.replaceSubrange(offset..<offset + 4, with: $0)
    }
  }
}
