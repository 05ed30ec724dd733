import Testing

@testable import PneumoModel

/// Compares the checksum with its bitwise definition.
@Suite struct CRC32Tests {
  private let bytes = (0..<70_000).map { UInt8(truncatingIfNeeded: $0 &* $0 >> 5 ^ $0) }

  @Test func agreesWithTheCheckValueOfZlib() {
    #expect(Array("123456789".utf8).withUnsafeBytes { CRC32.checksum($0) } == 0xCBF4_3926)
  }

  /// Lengths around a step of sixteen bytes, and around the length from which four parts are
  /// computed in parallel.
  @Test(arguments: [0, 1, 15, 16, 17, 1000, 16_383, 16_384, 16_385, 16_448, 65_537, 69_997])
  func agreesWithItsDefinition(count: Int) {
    for start in [0, 3] {
      let part = Array(bytes[start..<start + count])
      #expect(part.withUnsafeBytes { CRC32.checksum($0) } == naive(part))
    }
  }

  @Test(arguments: [0, 1, 16, 20_000, 50_000])
  func continues(at cut: Int) {
    let whole = bytes.withUnsafeBytes { CRC32.checksum($0) }
    let parted = bytes.withUnsafeBytes { bytes in
      CRC32.checksum(
        UnsafeRawBufferPointer(rebasing: bytes[cut...]),
        continuing: CRC32.checksum(UnsafeRawBufferPointer(rebasing: bytes[..<cut])))
    }
    #expect(parted == whole)
  }

  private func naive(_ bytes: [UInt8]) -> UInt32 {
    var remainder: UInt32 = ~0
    for byte in bytes {
      remainder ^= UInt32(byte)
      for _ in 0..<8 {
        let isOdd = remainder & 1 == 1
        remainder >>= 1
        if isOdd { remainder ^= 0xEDB8_8320 }
      }
    }
    return ~remainder
  }
}
