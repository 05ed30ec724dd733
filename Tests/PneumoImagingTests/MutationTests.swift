import PneumoModel
import PneumoTestSupport
import Testing

@testable import PneumoImaging

@Suite("Damaged files")
struct MutationTests {

  /// Bit flips, cuts and splices of the fixtures: each decodes to the size it declares or throws.
  @Test func thousandMutations() throws {
    let sources = try Fixtures.images.map { try Fixtures.bytes($0) }
    var generator = SeededGenerator(seed: 2)
    let decoder = JPEGDecoder(limits: DecodeLimits(pixels: 1 << 20))
    let preprocessor = Preprocessor(.kerasStudy(size: Extent(8)))
    var image = PixelImage.empty
    var (decoded, refused) = (0, 0)
    for _ in 0..<1000 {
      let bytes = mutated(sources, &generator)
      do throws(ImageError) {
        try decoder.decode(bytes, into: &image, applyingOrientation: Bool.random(using: &generator))
        let header = try JPEGHeader(bytes)
        #expect(image.width * image.height == header.width * header.height)
        #expect(image.channels == (header.components == 1 ? 1 : 3))
        #expect(image.pixels.count == image.width * image.height * image.channels)
        #expect(preprocessor.tensor(of: image).allSatisfy { (0...1).contains($0) })
        decoded += 1
      } catch {
        #expect(error.kind != .unreadable && !error.reason.isEmpty)
        #expect(image == .empty)
        refused += 1
      }
    }
    // Flips within the pixels can go unnoticed; most of the rest cannot.
    #expect(decoded > 50)
    #expect(refused > 300)
  }

  /// The same decoder and a fresh one agree on damaged files: no state survives an error.
  @Test func errorsLeaveNoTrace() throws {
    let sources = try Fixtures.images.map { try Fixtures.bytes($0) }
    var generator = SeededGenerator(seed: 3)
    let limits = DecodeLimits(pixels: 1 << 20)
    let reused = JPEGDecoder(limits: limits)
    for _ in 0..<200 {
      let bytes = mutated(sources, &generator)
      let first = Result { () throws(ImageError) in try reused.decode(bytes) }
      let second = Result { () throws(ImageError) in try JPEGDecoder(limits: limits).decode(bytes) }
      switch (first, second) {
      case (.success(let a), .success(let b)): #expect(a == b)
      case (.failure(let a), .failure(let b)): #expect(a.kind == b.kind)
      default: Issue.record("\(first) is not \(second)")
      }
    }
  }

  /// Decoding only what nearest-neighbor resizing picks gives its bits, and finds all damage.
  @Test func nearestPicksOfWhatDecodes() throws {
    let sources = try Fixtures.images.map { try Fixtures.bytes($0) }
    var generator = SeededGenerator(seed: 4)
    let decoder = JPEGDecoder(limits: DecodeLimits(pixels: 1 << 20))
    var picked = PixelImage.empty
    for number in 0..<1500 {
      let bytes = number < sources.count ? sources[number] : mutated(sources, &generator)
      let size = Extent(
        height: Int.random(in: 1...70, using: &generator),
        width: Int.random(in: 1...70, using: &generator))
      let turns = Bool.random(using: &generator)
      let whole = Result { () throws(ImageError) in
        try decoder.decode(bytes, applyingOrientation: turns).resized(to: size, filter: .nearest)
      }
      let few = Result { () throws(ImageError) in
        try decoder.decode(bytes, into: &picked, applyingOrientation: turns, nearest: size)
        return picked.resized(to: size, filter: .nearest)
      }
      switch (whole, few) {
      case (.success(let a), .success(let b)): #expect(a == b)
      case (.failure(let a), .failure(let b)): #expect(a == b)
      default: Issue.record("\(whole) is not \(few)")
      }
    }
  }

  private func mutated(_ sources: [[UInt8]], _ generator: inout SeededGenerator) -> [UInt8] {
    var bytes = sources.randomElement(using: &generator) ?? []
    switch Int.random(in: 0..<4, using: &generator) {
    case 0, 1:
      for _ in 0..<Int.random(in: 1...4, using: &generator) {
        let index = Int.random(in: 0..<bytes.count, using: &generator)
        bytes[index] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
      }
    case 2:
      let first = Int.random(in: 0..<bytes.count, using: &generator)
      let last = min(first + Int.random(in: 0..<64, using: &generator), bytes.count)
      bytes.removeSubrange(first..<last)
    default:
      let other = sources.randomElement(using: &generator) ?? []
      let head = bytes.prefix(Int.random(in: 0...bytes.count, using: &generator))
      bytes = Array(head + other.suffix(Int.random(in: 0...other.count, using: &generator)))
    }
    return bytes
  }
}
