import Foundation
import PneumoImaging
import Testing

/// What no warning of libjpeg tells: tables of another image, scans that are missing or too many.
@Suite struct ScanTests {
  private func bytes(_ name: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: URL(filePath: Fixtures.path(name))))
  }

  /// Offsets of all markers `code` in front of the first scan, or of scans anywhere.
  private func markers(_ code: UInt8, in bytes: [UInt8]) -> [Int] {
    bytes.indices.dropLast().filter { bytes[$0] == 0xFF && bytes[$0 + 1] == code }
  }

  /// libjpeg keeps tables between images; a file without its own must not use them.
  @Test func tablesOfAnotherImageAreNotUsed() throws {
    let good = try bytes("gray-37x29.jpg")
    var damaged = good
    let scan = try #require(markers(0xDA, in: good).first)
    for offset in markers(0xDB, in: good) where offset < scan {
      damaged[offset + 1] = 0xFE  // a comment
    }
    #expect(damaged != good)
    let decoder = JPEGDecoder()
    _ = try decoder.decode(good)
    let error = #expect(throws: ImageError.self) { try decoder.decode(damaged) }
    #expect(error?.kind == .corrupt)
  }

  /// Cut between two scans, but closed: libjpeg decodes that without a warning.
  @Test(arguments: ["gray-progressive-50x41.jpg", "color-progressive-64x48.jpg"])
  func missingScansAreAnError(name: String) throws {
    let whole = try bytes(name)
    let scans = markers(0xDA, in: whole)
    #expect(scans.count > 3)
    for scan in scans.dropFirst() {
      // A table may stand before a scan: cut there.
      let tables = markers(0xC4, in: whole).filter { $0 < scan }
      let previous = scans.last { $0 < scan } ?? 0
      let cut = tables.last.map { $0 > previous ? $0 : scan } ?? scan
      let error = #expect(throws: ImageError.self) {
        try JPEGDecoder().decode(Array(whole[..<cut]) + [0xFF, 0xD9])
      }
      #expect(error?.kind == .corrupt)
      #expect(error?.description.contains("scans") == true)
    }
    #expect(try JPEGDecoder().decode(whole).width > 0)
  }

  @Test func scansOfAHugeImageAreCounted() throws {
    let whole = try bytes("color-progressive-64x48.jpg")
    let scans = markers(0xDA, in: whole).count
    let enough = DecodeLimits(scannedPixels: scans * 64 * 48)
    _ = try JPEGDecoder(limits: enough).decode(whole)
    for limits in [
      DecodeLimits(scannedPixels: scans * 64 * 48 - 1), DecodeLimits(scans: scans - 1),
    ] {
      let error = #expect(throws: ImageError.self) { try JPEGDecoder(limits: limits).decode(whole) }
      #expect(error?.kind == .tooLarge)
      #expect(error?.description.contains("\(scans) scans") == true)
    }
  }
}
