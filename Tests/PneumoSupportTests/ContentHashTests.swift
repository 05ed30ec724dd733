import Foundation
import PneumoSupport
import Testing

@Suite struct ContentHashTests {
  /// Against the Python package mmh3: see `Tools/make-content-hash-goldens.py`.
  @Test func isMurmurHash3() throws {
    let url = try #require(
      Bundle.module.url(forResource: "Fixtures/content-hashes", withExtension: "txt"))
    let lines = try String(contentsOf: url, encoding: .utf8).split(separator: "\n").dropFirst()
    #expect(lines.count == 41)
    for line in lines {
      let fields = line.split(separator: " ")
      let count = try #require(Int(fields[0]))
      let bytes = (0..<count).map { (index: Int) -> UInt8 in
        UInt8(truncatingIfNeeded: 7 * index + index / 251)
      }
      #expect(ContentHash(bytes).description == fields[1], "\(count) bytes")
    }
  }

  @Test func halvesAreTheDigests() {
    let hash = ContentHash("hello")
    #expect(hash.description == "029bbd41b3a7d8cb191dae486a901e5b")
    #expect(hash.low == 0xCBD8_A7B3_41BD_9B02)
    #expect(hash.high == 0x5B1E_906A_48AE_1D19)
    #expect(ContentHash.name == "murmur3-x64-128")
  }

  @Test func everyByteCounts() {
    let bytes = [UInt8](repeating: 7, count: 100)
    var hashes = Set([ContentHash(bytes)])
    for index in bytes.indices {
      var changed = bytes
      changed[index] ^= 1
      hashes.insert(ContentHash(changed))
    }
    #expect(hashes.count == 101)
  }
}
