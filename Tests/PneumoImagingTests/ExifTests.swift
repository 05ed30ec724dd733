import Testing

@testable import PneumoImaging

@Suite("EXIF orientation")
struct ExifTests {

  /// An APP1 payload with one directory of `entries`: tag, type, count, value.
  private func segment(
    bigEndian: Bool = true, directoryAt offset: Int = 8, entryCount: Int? = nil,
    _ entries: [(tag: Int, type: Int, count: Int, value: Int)]
  ) -> [UInt8] {
    func integer(_ value: Int, _ size: Int) -> [UInt8] {
      let bytes = (0..<size).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
      return bigEndian ? bytes.reversed() : bytes
    }
    var bytes = Array((bigEndian ? "Exif\0\0MM" : "Exif\0\0II").utf8)
    bytes += integer(42, 2) + integer(offset, 4) + integer(entryCount ?? entries.count, 2)
    for entry in entries {
      bytes += integer(entry.tag, 2) + integer(entry.type, 2) + integer(entry.count, 4)
      bytes +=
        entry.type == 3
        ? integer(entry.value, 2) + [0, 0] : integer(entry.value, 4)
    }
    return bytes + integer(0, 4)
  }

  /// `nil` where the segment says nothing that makes sense, or 1.
  private func orientation(_ bytes: [UInt8]) -> Int? {
    var metadata = OrientationMetadata()
    metadata.note(bytes[...])
    return metadata.orientation == 1 ? nil : metadata.orientation
  }

  @Test(arguments: [true, false])
  func readsBothByteOrders(bigEndian: Bool) {
    for value in 2...8 {
      let short = segment(bigEndian: bigEndian, [(0x010F, 2, 4, 0), (0x0112, 3, 1, value)])
      #expect(orientation(short) == value)
      #expect(orientation(segment(bigEndian: bigEndian, [(0x0112, 4, 1, value)])) == value)
    }
  }

  @Test func refusesOtherValues() {
    for value in [0, 9, 0xFFFF] { #expect(orientation(segment([(0x0112, 3, 1, value)])) == nil) }
    // As Pillow does, the first of several values is taken.
    #expect(orientation(segment([(0x0112, 3, 2, 6)])) == 6)
    #expect(orientation(segment([(0x0112, 2, 1, 6)])) == nil)
    #expect(orientation(segment([(0x0113, 3, 1, 6)])) == nil)
    #expect(orientation(segment([])) == nil)
  }

  @Test func trustsNoOffsetAndNoCount() {
    let entry = [(tag: 0x0112, type: 3, count: 1, value: 6)]
    // A directory on itself, at the end, past it and as far as 32 bits reach.
    for offset in [0, 2, 7, 20, 21, 22, 1000, Int(UInt32.max)] {
      #expect(orientation(segment(directoryAt: offset, entry)) == nil, "\(offset)")
    }
    #expect(orientation(segment(entryCount: 0xFFFF, entry)) == 6)
    #expect(orientation(segment(entryCount: 0, entry)) == nil)
  }

  @Test func truncatedAnywhere() {
    let whole = segment([(0x0112, 3, 1, 6)])
    // The entry is followed by the offset of the next directory.
    let needed = whole.count - 4
    for length in 0..<whole.count {
      #expect(orientation(Array(whole.prefix(length))) == (length < needed ? nil : 6), "\(length)")
    }
  }

  @Test func survivesEveryByteValue() {
    let whole = segment([(0x0112, 3, 1, 6)])
    for index in whole.indices {
      for byte in UInt8.min...UInt8.max {
        var changed = whole
        changed[index] = byte
        if let found = orientation(changed) { #expect((1...8).contains(found)) }
      }
    }
  }

  @Test func otherNumbersLeaveTheImage() {
    let image = PixelImage(width: 2, height: 1, channels: 1, pixels: [1, 2])
    for number in [-1, 0, 1, 9] { #expect(image.oriented(number) == image) }
    #expect(image.oriented(6).pixels == [1, 2])
    #expect(image.oriented(6).width == 1)
    #expect(image.oriented(2).pixels == [2, 1])
  }
}
