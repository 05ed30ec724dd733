import PneumoImaging
import PneumoSystem
import PneumoTestSupport
import Testing

@testable import PneumoInspection

@Suite struct PerceptualHashTests {
  private static let fixtures = "\(SharedFolder.packageRoot)/Tests/PneumoInspectionTests/Fixtures"

  /// The lines of `hashes.txt`: what was hashed, and the hash of Python's imagehash.
  private static func goldens() throws -> [(what: String, hash: String)] {
    let text = String(
      decoding: try readFile("\(fixtures)/hashes.txt", limit: 1 << 16), as: UTF8.self)
    return text.split(separator: "\n").map { line in
      let parts = line.split(separator: "|").map { $0.filter { $0 != " " } }
      return (String(line.prefix { $0 != "|" }.dropLast()), parts[1])
    }
  }

  /// Bit for bit, of drawings and of patterns that are enlarged, made smaller, and colored.
  @Test func equalsImagehash() throws {
    let goldens = try Self.goldens()
    #expect(goldens.count == 12)
    for golden in goldens {
      let image: PixelImage
      if golden.what.hasSuffix(".jpeg") {
        image = try JPEGDecoder().decode(file: "\(Self.fixtures)/\(golden.what)")
      } else {
        let shape = golden.what.split(separator: " ").compactMap { Int($0) }
        image = Self.pattern(height: shape[0], width: shape[1], channels: shape[2])
      }
      #expect(PerceptualHash(image).description == golden.hash, "\(golden.what)")
    }
  }

  /// The image of `pattern(height, width, channels)` in the script.
  private static func pattern(height: Int, width: Int, channels: Int) -> PixelImage {
    PixelImage(
      width: width, height: height, channels: channels,
      pixels: (0..<height * width * channels).map { index in
        UInt8(truncatingIfNeeded: (index * 2_654_435_761 & 0xFFFF_FFFF) >> 13)
      })
  }

  /// What is flat has only the lowest frequency, whatever rounding does to the others.
  @Test(arguments: [UInt8(1), 3, 77, 255])
  func flatImagesAreAlike(level: UInt8) {
    let image = PixelImage(
      width: 50, height: 40, channels: 1, pixels: [UInt8](repeating: level, count: 2000))
    #expect(PerceptualHash(image).bits == 1 << 63)
  }

  @Test func distanceCountsBits() {
    let hash = PerceptualHash(bits: 0xF0)
    #expect(hash.distance(to: PerceptualHash(bits: 0x70)) == 1)
    #expect(hash.distance(to: PerceptualHash(bits: ~0xF0)) == 64)
    #expect(hash.description == "00000000000000f0")
  }

  /// Correlation stays where brightness and contrast change, and flat images are like flat ones.
  @Test func similarityIgnoresBrightness() {
    let levels = (0..<1024).map { UInt8($0 % 97 + 20) }
    func look(_ pixels: [UInt8]) -> ImageLook {
      ImageLook(PixelImage(width: 32, height: 32, channels: 1, pixels: pixels))
    }
    let other = look(levels.map { $0 * 2 + 5 })
    #expect(abs(look(levels).similarity(to: other) - 1) < 1e-12)
    #expect(abs(look(levels).similarity(to: look(levels.map { 255 - $0 })) + 1) < 1e-12)
    let flat = look([UInt8](repeating: 9, count: 1024))
    #expect(flat.similarity(to: look([UInt8](repeating: 90, count: 1024))) == 1)
    #expect(flat.similarity(to: look(levels)) == 0)
  }
}
