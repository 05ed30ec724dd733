import Foundation
import PneumoSupport
import Testing

@Suite struct FormatTests {
  @Test(arguments: [
    (1.0, 2, "1.00"), (0.05348, 4, "0.0535"), (-0.004, 2, "0.00"), (-1.5, 1, "-1.5"),
    (1234.5678, 0, "1235"), (0.999, 1, "1.0"), (.nan, 1, "nan"), (-.infinity, 1, "-inf"),
    (0.15, 1, "0.1"), (2.5, 0, "2"), (3.5, 0, "4"),
    (.leastNonzeroMagnitude, 22, "0.0000000000000000000000"),
  ])
  func fixed(value: Double, places: Int, text: String) {
    #expect(Format.fixed(value, places) == text)
  }

  /// The same digits as the C library prints: any bits, and decimal fractions with a 5 behind the last
  /// place, which lie a little below or above it, or midway.
  @Test func fixedPrintsWhatTheCLibraryPrints() {
    func printed(_ value: Double, _ places: Int) -> String {
      withVaList([Int32(places), value]) { arguments in
        var buffer = [CChar](repeating: 0, count: 400)
        let count = vsnprintf(&buffer, buffer.count, "%.*f", arguments)
        return String(
          decoding: buffer.prefix(Int(count)).map(UInt8.init(bitPattern:)), as: UTF8.self)
      }
    }
    var random = SystemRandomNumberGenerator()
    var checked = 0
    func check(_ value: Double, _ places: Int) {
      guard value.isFinite else { return }
      var expected = printed(value, places)
      if expected.hasPrefix("-"), !expected.contains(where: { ("1"..."9").contains($0) }) {
        expected.removeFirst()
      }
      checked += 1
      #expect(Format.fixed(value, places) == expected, "\(value.bitPattern), \(places) places")
    }
    for _ in 0..<2000 {
      check(Double(bitPattern: random.next()), Int.random(in: 0...22))
      let places = Int.random(in: 0...8)
      let power = pow(10.0, Double(places))
      check((Double(Int.random(in: -1_000_000...1_000_000)) + 0.5) / power, places)
      check(Double(Int.random(in: -4096...4096)) / 1024, Int.random(in: 0...9))
      check(Double.random(in: -1...1), 4)
    }
    #expect(checked > 7000)
    for exponent in 0...1023 { check(Double(sign: .plus, exponent: exponent, significand: 1.1), 2) }
  }

  @Test func groups() {
    #expect(Format.grouped(3_485_505) == "3,485,505")
    #expect(Format.grouped(-12) == "-12")
    #expect(Format.grouped(1000) == "1,000")
  }

  @Test func bytesAndDurations() {
    #expect(Format.bytes(512) == "512 B")
    #expect(Format.bytes(13_942_020) == "13.3 MiB")
    #expect(Format.duration(seconds: 7) == "0:07")
    #expect(Format.duration(seconds: 3723) == "1:02:03")
  }
}
