/// CRC-32 as in zlib, PNG and Ethernet: reflected polynomial 0xEDB88320, all ones before and after.
///
/// Slicing-by-16 (Kounavis & Berry 2005): sixteen bytes a step, each through a table of its own.
/// A step waits for the one before, so long inputs are cut into four parts that are summed side by
/// side; their remainders are joined by polynomial arithmetic (as zlib's `crc32_combine` does).
enum CRC32 {
  private static let polynomial: UInt32 = 0xEDB8_8320
  private static let slices = 16
  private static let parts = 4
  /// Bytes of a part below which cutting is not worth its joints.
  private static let smallestPart = 1 << 12

  /// `table[256 * k + b]` is the remainder of byte `b` followed by `k` zero bytes.
  private static let table: [UInt32] = {
    var table = [UInt32](repeating: 0, count: 256 * slices)
    for byte in 0..<256 {
      var remainder = UInt32(byte)
      for _ in 0..<8 { remainder = timesX(remainder) }
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
      let part = bytes.count / (parts * slices) * slices
      if part >= smallestPart {
        remainder = fourParts(bytes, part, remainder, table)
        offset = parts * part
      }
      while bytes.count - offset >= slices {
        // SAFETY: sixteen bytes are left.
        remainder = sixteenBytes(bytes, offset, remainder, table)
        offset += slices
      }
      while offset < bytes.count {
        remainder = remainder >> 8 ^ table[Int((remainder ^ UInt32(bytes[offset])) & 0xFF)]
        offset += 1
      }
      return ~remainder
    }
  }

  /// The remainder after the first four times `part` bytes, a multiple of sixteen, which follow
  /// what has the remainder `previous`.
  private static func fourParts(
    _ bytes: UnsafeRawBufferPointer, _ part: Int, _ previous: UInt32,
    _ table: UnsafeBufferPointer<UInt32>
  ) -> UInt32 {
    var (first, second, third, fourth) = (previous, UInt32(0), UInt32(0), UInt32(0))
    for offset in stride(from: 0, to: part, by: slices) {
      // SAFETY: sixteen bytes are left of each part, and there are four.
      first = sixteenBytes(bytes, offset, first, table)
      second = sixteenBytes(bytes, offset + part, second, table)
      third = sixteenBytes(bytes, offset + 2 * part, third, table)
      fourth = sixteenBytes(bytes, offset + 3 * part, fourth, table)
    }
    let shift = powerOfX(bytes: part)
    return product(product(product(first, shift) ^ second, shift) ^ third, shift) ^ fourth
  }

  /// The remainder after the sixteen bytes from `offset` on.
  @inline(__always)
  private static func sixteenBytes(
    _ bytes: UnsafeRawBufferPointer, _ offset: Int, _ remainder: UInt32,
    _ table: UnsafeBufferPointer<UInt32>
  ) -> UInt32 {
    // SAFETY: callers see to it that sixteen bytes are there.
    let low = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
    let high = UInt64(
      littleEndian: bytes.loadUnaligned(fromByteOffset: offset + 8, as: UInt64.self))
    return eightBytes(low ^ UInt64(remainder), 8, table) ^ eightBytes(high, 0, table)
  }

  /// The remainder of the eight bytes of `word`, the last of which has `following` bytes after it.
  @inline(__always)
  private static func eightBytes(
    _ word: UInt64, _ following: Int, _ table: UnsafeBufferPointer<UInt32>
  ) -> UInt32 {
    var sum: UInt32 = 0
    // SAFETY: an index is at most 256 * 15 + 255.
    for byte in 0..<8 {
      let index = 256 * (following + 7 - byte) + Int(truncatingIfNeeded: word >> (8 * byte) & 0xFF)
      sum ^= table[index]
    }
    return sum
  }

  // MARK: Polynomials over GF(2), the coefficient of x^0 in the highest bit

  /// `a` times x.
  private static func timesX(_ a: UInt32) -> UInt32 { a >> 1 ^ (a & 1 == 0 ? 0 : polynomial) }

  /// `a` times `b`.
  private static func product(_ a: UInt32, _ b: UInt32) -> UInt32 {
    var (sum, term) = (UInt32(0), b)
    for bit in 0..<32 {
      if a << bit & 1 << 31 != 0 { sum ^= term }
      term = timesX(term)
    }
    return sum
  }

  /// x to the power 8 * `bytes`: what as many zero bytes multiply a remainder by.
  private static func powerOfX(bytes: Int) -> UInt32 {
    var (result, square, exponent) = (UInt32(1) << 31, UInt32(1) << 23, bytes)
    while exponent > 0 {
      if exponent & 1 == 1 { result = product(result, square) }
      square = product(square, square)
      exponent >>= 1
    }
    return result
  }
}
