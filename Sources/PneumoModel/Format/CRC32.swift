/// CRC-32 as in zlib, PNG and Ethernet: reflected polynomial 0xEDB88320, all ones before and after.
///
/// Slicing-by-16 (Kounavis & Berry 2005): sixteen bytes a step, each through a table of its own.
enum CRC32 {
  private static let slices = 16

  /// `table[256 * k + b]` is the remainder of byte `b` followed by `k` zero bytes.
  private static let table: [UInt32] = {
    var table = [UInt32](repeating: 0, count: 256 * slices)
    for byte in 0..<256 {
      var remainder = UInt32(byte)
      for _ in 0..<8 {
        remainder = remainder >> 1 ^ (remainder & 1 == 0 ? 0 : 0xEDB8_8320)
      }
      table[byte] = remainder
    }
    for index in 256..<table.count {
      let shorter = table[index - 256]
      table[index] = shorter >> 8 ^ table[Int(shorter & 0xFF)]
    }
    return table
  }()

  /// The checksum of `bytes`, which continue what has the checksum `previous`.
  static func checksum(_ bytes: UnsafeRawBufferPointer, continuing previous: UInt32 = 0) -> UInt32 {
    table.withUnsafeBufferPointer { table in
      var remainder = ~previous
      var offset = 0
      while bytes.count - offset >= slices {
        // SAFETY: sixteen bytes are left; a table index is at most 256 * 15 + 255.
        let a = UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self))
        let b = UInt32(
          littleEndian: bytes.loadUnaligned(fromByteOffset: offset + 4, as: UInt32.self))
        let c = UInt32(
          littleEndian: bytes.loadUnaligned(fromByteOffset: offset + 8, as: UInt32.self))
        let d = UInt32(
          littleEndian: bytes.loadUnaligned(fromByteOffset: offset + 12, as: UInt32.self))
        remainder =
          fourBytes(a ^ remainder, 12, table) ^ fourBytes(b, 8, table)
          ^ fourBytes(c, 4, table) ^ fourBytes(d, 0, table)
        offset += slices
      }
      while offset < bytes.count {
        remainder = remainder >> 8 ^ table[Int((remainder ^ UInt32(bytes[offset])) & 0xFF)]
        offset += 1
      }
      return ~remainder
    }
  }

  /// The remainder of the four bytes of `word`, the last of which has `following` bytes after it.
  @inline(__always)
  private static func fourBytes(
    _ word: UInt32, _ following: Int, _ table: UnsafeBufferPointer<UInt32>
  ) -> UInt32 {
    let base = 256 * following
    let first = table[base + 768 + Int(word & 0xFF)] ^ table[base + 512 + Int(word >> 8 & 0xFF)]
    let last = table[base + 256 + Int(word >> 16 & 0xFF)] ^ table[base + Int(word >> 24)]
    return first ^ last
  }
}
