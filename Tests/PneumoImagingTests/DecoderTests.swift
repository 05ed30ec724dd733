import PneumoSystem
import PneumoTestSupport
import Testing

@testable import PneumoImaging

@Suite("JPEGDecoder")
struct DecoderTests {

  /// The error of decoding `bytes`, if there is one.
  private func failure(
    _ bytes: [UInt8], limits: DecodeLimits = .default
  ) -> ImageError? {
    do throws(ImageError) {
      _ = try JPEGDecoder(limits: limits).decode(bytes)
      return nil
    } catch {
      return error
    }
  }

  /// `bytes` with its frame header (the payload of SOF0...2) changed.
  private func changingFrame(
    _ bytes: [UInt8], _ change: (inout ArraySlice<UInt8>) -> Void
  ) throws -> [UInt8] {
    let marker = try #require(
      bytes.indices.dropLast().first { bytes[$0] == 0xFF && (0xC0...0xC2).contains(bytes[$0 + 1]) })
    var copy = bytes
    change(&copy[marker...])
    return copy
  }

  @Test func emptyFile() {
    #expect(failure([])?.kind == .empty)
  }

  @Test(
    arguments: [
      ([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A], "a PNG image"),
      (Array(repeating: 0, count: 128) + Array("DICM".utf8), "a DICOM file"),
      (Array("GIF89a".utf8), "a GIF image"), (Array("BM6".utf8), "a BMP image"),
      (Array("II*\0".utf8), "a TIFF image"), (Array("MM\0*".utf8), "a TIFF image"),
      (Array("RIFF\0\0\0\0WEBPVP8 ".utf8), "a WebP image"),
      (Array("%PDF-1.7".utf8), "a PDF document"),
      (Array(" \n<!DOCTYPE html>".utf8), "an HTML page"),
      ([0xEF, 0xBB, 0xBF] + Array("<HTML>".utf8), "an HTML page"),
      (Array("\0\0\0\u{c}jP  ".utf8), "a JPEG 2000 image"), ([0xFF, 0x0A], "a JPEG XL image"),
      (Array("\0\0\0\u{c}ftypavif".utf8), "an AVIF image"),
      (Array("\0\0\0\u{c}ftypheic".utf8), "a HEIC image"), ([0x1F, 0x8B], "a gzip archive"),
      (Array("PK\u{3}\u{4}".utf8), "a zip archive"), (Array("P5\n3 3".utf8), "a Netpbm image"),
      ([0, 0, 0], "a file of zeros"), (Array("PIN".utf8), "begins with 50 49 4e"),
      ([0xFF], "begins with ff"),
    ] as [([UInt8], String)])
  func saysWhatItFound(bytes: [UInt8], found: String) throws {
    let error = try #require(failure(bytes))
    #expect(error.kind == .notAJPEG)
    #expect(error.reason.contains(found), "\(error)")
  }

  @Test func foldersFIFOsAndMissingFiles() throws {
    let decoder = JPEGDecoder()
    var template = Array("/tmp/pneumo-imaging-XXXXXX".utf8CString)
    let folder = String(cString: try #require(mkdtemp(&template)))
    let fifo = "\(folder)/fifo.jpg"
    #expect(mkfifo(fifo, 0o600) == 0)
    defer {
      unlink(fifo)
      rmdir(folder)
    }
    for path in [folder, fifo, "\(folder)/none.jpg"] {
      let error = #expect(throws: ImageError.self) { try decoder.decode(file: path) }
      #expect(error?.kind == .unreadable)
      #expect(error?.description.hasPrefix("\(path): ") == true)
    }
  }

  @Test func limits() throws {
    let bytes = try Fixtures.bytes("gray-37x29.jpg")
    for limits in [
      DecodeLimits(fileSize: bytes.count - 1), DecodeLimits(pixels: 37 * 29 - 1),
      DecodeLimits(side: 36),
    ] {
      #expect(failure(bytes, limits: limits)?.kind == .tooLarge)
    }
    let exact = DecodeLimits(fileSize: bytes.count, pixels: 37 * 29, side: 37)
    #expect(failure(bytes, limits: exact) == nil)
    let file = #expect(throws: ImageError.self) {
      try JPEGDecoder(limits: DecodeLimits(fileSize: 100))
        .decode(file: Fixtures.path("gray-37x29.jpg"))
    }
    #expect(file?.kind == .tooLarge)
  }

  /// A header that promises more than the file holds.
  @Test func hugeDeclarations() throws {
    #expect(failure(try declaring(side: 0xFFDC))?.kind == .tooLarge)
    // Within the limits, but the pixels are missing.
    let large = try declaring(side: 12_000)
    #expect(failure(large)?.kind == .corrupt)
  }

  /// Other tests take memory meanwhile, so this one measures in a process of its own.
  @Test func missingPixelsTakeNoMemory() async {
    await #expect(processExitsWith: .success) {
      let tests = DecoderTests()
      let large = try tests.declaring(side: 12_000)
      let before = tests.peakMemory()
      #expect(tests.failure(large)?.kind == .corrupt)
      #expect(tests.peakMemory() - before < 64 << 20)
    }
  }

  /// A small picture whose header declares both sides as `side`.
  private func declaring(side: UInt16) throws -> [UInt8] {
    let bytes = withUnsafeBytes(of: side.bigEndian, Array.init)
    return try changingFrame(try Fixtures.bytes("gray-37x29.jpg")) { frame in
      let start = frame.startIndex
      frame.replaceSubrange(start + 5..<start + 9, with: bytes + bytes)
    }
  }

  /// Peak resident memory of the process, in bytes.
  private func peakMemory() -> Int {
    var usage = rusage()
    #if !canImport(Darwin)
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    return usage.ru_maxrss << 10
    #else
    getrusage(RUSAGE_SELF, &usage)
    return usage.ru_maxrss
    #endif
  }

  @Test func unsupportedFrames() throws {
    let gray = try Fixtures.bytes("gray-37x29.jpg")
    let twelveBits = try changingFrame(gray) { $0[$0.startIndex + 4] = 12 }
    #expect(failure(twelveBits)?.kind == .unsupported)
    #expect(failure(twelveBits)?.reason.contains("12 bits") == true)
    let lossless = try changingFrame(gray) { $0[$0.startIndex + 1] = 0xC3 }
    #expect(failure(lossless)?.kind == .unsupported)
    let color = try Fixtures.bytes("color-444-37x29.jpg")
    let twoComponents = try changingFrame(color) { $0[$0.startIndex + 9] = 2 }
    #expect(failure(twoComponents)?.kind == .unsupported)
    let noHeight = try changingFrame(gray) { frame in
      let start = frame.startIndex
      frame.replaceSubrange(start + 5..<start + 7, with: [0, 0])
    }
    #expect(failure(noHeight)?.kind == .corrupt)
    let noWidth = try changingFrame(gray) { frame in
      let start = frame.startIndex
      frame.replaceSubrange(start + 7..<start + 9, with: [0, 0])
    }
    #expect(failure(noWidth)?.kind == .corrupt)
  }

  /// No prefix of a file is an image, not even without the end marker only: Pillow says the same.
  @Test(arguments: Fixtures.images)
  func truncatedAnywhere(name: String) throws {
    let bytes = try Fixtures.bytes(name)
    let decoder = JPEGDecoder()
    for length in 2..<bytes.count {
      let error = #expect(throws: ImageError.self) {
        try decoder.decode(Array(bytes.prefix(length)))
      }
      #expect(error?.kind == .corrupt)
    }
    let trailing = try decoder.decode(bytes + Array("trailing bytes".utf8))
    #expect(trailing == (try decoder.decode(bytes)))
  }

  @Test func reusesItsStorage() throws {
    let decoder = JPEGDecoder()
    var image = PixelImage.empty
    try decoder.decode(file: Fixtures.path("color-progressive-64x48.jpg"), into: &image)
    let storage = image.pixels.withUnsafeBufferPointer { $0.baseAddress }
    for name in Fixtures.images {
      try decoder.decode(file: Fixtures.path(name), into: &image)
      #expect(image.pixels.withUnsafeBufferPointer { $0.baseAddress } == storage, "\(name)")
      #expect(image == (try JPEGDecoder().decode(file: Fixtures.path(name))))
    }
    #expect(throws: ImageError.self) { try decoder.decode([0xFF, 0xD8], into: &image) }
    #expect(image == .empty)
  }
}
