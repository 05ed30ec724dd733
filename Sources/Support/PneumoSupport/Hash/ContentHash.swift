/// A 128-bit hash of bytes, the same on every machine and in every version of Pneumo.
///
/// It is `MurmurHash3_x64_128` with seed 0 (Austin Appleby, SMHasher, public domain). Equal bytes have
/// equal hashes, and different files have different ones for all practical purposes; it resists no one
/// who *makes* files collide, so where a collision would do harm the bytes are compared as well.
package struct ContentHash: Hashable, Sendable, Comparable, CustomStringConvertible {
  /// What texts that store a hash call it; another function gets another name.
  package static let name = "murmur3-x64-128"

  /// The first 64 bits of the digest, as a little-endian number.
  package let low: UInt64
  /// The last 64 bits of the digest.
  package let high: UInt64

  /// The hash of `bytes`.
  package init(_ bytes: [UInt8]) {
    self = bytes.withUnsafeBytes { ContentHash($0) }
  }

  /// The hash of the UTF-8 of `text`.
  package init(_ text: String) { self.init(Array(text.utf8)) }

  /// The hash of `bytes`.
  package init(_ bytes: UnsafeRawBufferPointer) {
    var state = State()
    let tail = bytes.count & ~15
    // SAFETY: both words of a block end at or before `tail`, which is at most `bytes.count`.
    for offset in stride(from: 0, to: tail, by: 16) {
      state.add(
        UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self)),
        UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: offset + 8, as: UInt64.self)))
    }
    var last: (first: UInt64, second: UInt64) = (0, 0)
    for offset in tail..<bytes.count {
      let place = offset - tail
      let byte = UInt64(bytes[offset])
      if place < 8 {
        last.first |= byte << (8 * place)
      } else {
        last.second |= byte << (8 * place - 64)
      }
    }
    (low, high) = state.finished(last.first, last.second, count: UInt64(bytes.count))
  }

  /// Orders by the first half, then by the second.
  package static func < (left: ContentHash, right: ContentHash) -> Bool {
    (left.low, left.high) < (right.low, right.high)
  }

  /// The 16 bytes of the digest in hexadecimal.
  package var description: String {
    [low, high].map { half in
      let digits = String(half.byteSwapped, radix: 16)
      return String(repeating: "0", count: 16 - digits.count) + digits
    }.joined()
  }
}

/// The two running words of MurmurHash3_x64_128.
private struct State {
  private static let (c1, c2): (UInt64, UInt64) = (0x87C3_7B91_1142_53D5, 0x4CF5_AD43_2745_937F)

  private var h1: UInt64 = 0
  private var h2: UInt64 = 0

  mutating func add(_ k1: UInt64, _ k2: UInt64) {
    h1 ^= Self.scrambled1(k1)
    h1 = (rotated(h1, 27) &+ h2) &* 5 &+ 0x52DC_E729
    h2 ^= Self.scrambled2(k2)
    h2 = (rotated(h2, 31) &+ h1) &* 5 &+ 0x3849_5AB5
  }

  /// - Parameters:
  ///   - k1: the first eight bytes after the last block, missing ones as zeros.
  ///   - k2: those after them.
  ///   - count: of all bytes.
  consuming func finished(_ k1: UInt64, _ k2: UInt64, count: UInt64) -> (UInt64, UInt64) {
    h1 ^= Self.scrambled1(k1) ^ count
    h2 ^= Self.scrambled2(k2) ^ count
    h1 &+= h2
    h2 &+= h1
    h1 = mixed(h1)
    h2 = mixed(h2)
    h1 &+= h2
    h2 &+= h1
    return (h1, h2)
  }

  private static func scrambled1(_ word: UInt64) -> UInt64 { rotated(word &* c1, 31) &* c2 }

  private static func scrambled2(_ word: UInt64) -> UInt64 { rotated(word &* c2, 33) &* c1 }
}

@inline(__always)
private func rotated(_ word: UInt64, _ distance: UInt64) -> UInt64 {
  word << distance | word >> (64 - distance)
}

private func mixed(_ word: UInt64) -> UInt64 {
  var k = word
  k = (k ^ (k >> 33)) &* 0xFF51_AFD7_ED55_8CCD
  k = (k ^ (k >> 33)) &* 0xC4CE_B9FE_1A85_EC53
  return k ^ (k >> 33)
}
