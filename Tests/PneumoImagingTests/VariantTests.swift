import PneumoTestSupport
import Testing

@testable import PneumoImaging

/// JPEG files of unusual form, written by Tools/make-jpeg-variants.py: those that Pillow and
/// TensorFlow decode to the same pixels are read, those that lack pixels are refused.
@Suite("Variants of JPEG files")
struct VariantTests {
  @Test func variantsAreReadAsPillowReadsThem() throws {
    let decoder = JPEGDecoder()
    let lines = try Fixtures.table("Variants/variants.txt").filter { $0.count > 2 }
    #expect(lines.count > 180)
    for line in lines {
      let path = Fixtures.path("Variants/\(line[0])")
      do {
        let image = try decoder.decode(file: path)
        #expect(fields(image) == Array(line[1...4]), "\(line[0])")
        let upright = try decoder.decode(file: path, applyingOrientation: true)
        #expect(fields(upright) == Array(line[5...8]), "\(line[0]), upright")
      } catch {
        Issue.record("\(error)")
      }
    }
  }

  @Test func filesThatLackPixelsAreRefused() throws {
    let lines = try Fixtures.table("Variants/variants.txt").filter { $0.last == "damaged" }
    #expect(lines.count > 30)
    for line in lines {
      let error = #expect(throws: ImageError.self, "\(line[0])") {
        try JPEGDecoder().decode(file: Fixtures.path("Variants/\(line[0])"))
      }
      #expect(error?.kind == .corrupt, "\(line[0])")
    }
  }

  /// Stray bytes of any length, which no fixture is large enough for.
  @Test(arguments: [0xDB, 0xC4, 0xC0, 0xDA, 0xD9] as [UInt8])
  func manyStrayBytes(before marker: UInt8) throws {
    let bytes = try Fixtures.bytes("color-420-37x29.jpg")
    let offset = try #require(
      bytes.indices.dropLast().last { bytes[$0] == 0xFF && bytes[$0 + 1] == marker })
    let stray = [UInt8](repeating: 0x55, count: 300_000)
    let image = try JPEGDecoder().decode(Array(bytes[..<offset]) + stray + bytes[offset...])
    #expect(image == (try JPEGDecoder().decode(bytes)))
  }
}
