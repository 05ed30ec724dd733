import Testing

@testable import PneumoPhantom

@Suite struct PhantomTests {
  /// Results measured on phantoms depend on their pixels: if the pixels change on purpose, change
  /// these checksums in the same commit.
  @Test(arguments: [
    (Phantom.Finding.normal, UInt32(0x64ad_afec)),
    (.pneumonia, 0xdaa4_32c6),
  ])
  func samePixelsOnEveryMachine(finding: Phantom.Finding, expected: UInt32) {
    let drawing = Phantom(seed: 7, index: 3, finding: finding, longSide: 120).draw()
    #expect(
      checksum(drawing.pixels) == expected, "0x\(String(checksum(drawing.pixels), radix: 16))")
  }

  @Test func sameSeedAndIndexGiveTheSameDrawing() {
    let phantom = Phantom(seed: 11, index: 40, longSide: 90)
    #expect(phantom.draw() == phantom.draw())
    #expect(phantom.draw() != Phantom(seed: 11, index: 41, longSide: 90).draw())
    #expect(phantom.draw() != Phantom(seed: 12, index: 40, longSide: 90).draw())
  }

  @Test(arguments: [UInt64(0), 1, .max])
  func halfOfASeriesHasPneumonia(seed: UInt64) {
    let findings = (0..<400).map { Phantom(seed: seed, index: $0).finding }
    #expect(findings.count { $0 == .pneumonia } == 200)
    // Neither the even nor the odd indices form a class.
    let even = stride(from: 0, to: 400, by: 2).count { findings[$0] == .pneumonia }
    #expect((60...140).contains(even))
    #expect(stride(from: 0, to: 400, by: 2).allSatisfy { findings[$0] != findings[$0 + 1] })
  }

  @Test func sizesResembleThoseOfRadiographs() {
    var sides: [Int] = []
    for index in 0..<500 {
      var random = PhantomRandom(seed: 5, index: index, stream: .view)
      let view = View(longSide: nil, random: &random)
      let aspect = Float(view.width) / Float(view.height)
      sides.append(max(view.width, view.height))
      #expect((400...2000).contains(sides[index]))
      #expect((0.85...1.8).contains(aspect))
    }
    #expect(sides.min()! < 500 && sides.max()! > 1600)
  }

  @Test func pixelCountsMatchSizes() {
    var channels: Set<Int> = []
    for index in 0..<40 {
      let drawing = Phantom(seed: 3, index: index, longSide: 64).draw()
      #expect(max(drawing.width, drawing.height) == 64)
      #expect(drawing.pixels.count == drawing.width * drawing.height * drawing.channels)
      channels.insert(drawing.channels)
    }
    #expect(channels == [1, 3])
  }

  @Test func tintMovesRedAndBlueApart() {
    let equal = Drawing(width: 2, height: 1, gray: [0, 200], tint: 0)
    #expect(equal.pixels == [0, 0, 0, 200, 200, 200])
    let warm = Drawing(width: 2, height: 1, gray: [100, 255], tint: 0.05)
    #expect(warm.pixels == [105, 100, 95, 255, 255, 242])
  }

  private func checksum(_ bytes: [UInt8]) -> UInt32 {
    var crc = UInt32.max
    for byte in bytes {
      crc ^= UInt32(byte)
      for _ in 0..<8 { crc = crc & 1 == 1 ? crc >> 1 ^ 0xEDB8_8320 : crc >> 1 }
    }
    return ~crc
  }
}
