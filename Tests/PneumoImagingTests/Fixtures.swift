import PneumoSystem
import PneumoTestSupport

@testable import PneumoImaging

/// The folder written by `Tools/make-imaging-goldens.py`.
enum Fixtures {

  static func path(_ name: String) -> String {
    "\(SharedFolder.packageRoot)/Tests/PneumoImagingTests/Fixtures/\(name)"
  }

  static func bytes(_ name: String) throws(FileError) -> [UInt8] {
    try readFile(path(name), limit: 1 << 20)
  }

  /// The fields of each line of a table.
  static func table(_ name: String) throws(FileError) -> [[String]] {
    String(decoding: try bytes(name), as: UTF8.self).split(separator: "\n").map { line in
      line.split(separator: " ").map(String.init)
    }
  }

  static let images = [
    "gray-37x29.jpg", "gray-progressive-50x41.jpg", "color-420-37x29.jpg",
    "color-progressive-64x48.jpg", "color-restarts-48x40.jpg", "cmyk-35x27.jpg",
    "ycck-420-35x27.jpg", "orientation-6-13x9.jpg",
  ]
}

/// CRC-32 (ISO 3309) of the bytes in memory, as Python's `zlib.crc32`, in eight hex digits.
func checksum<Element: BitwiseCopyable>(_ values: [Element]) -> String {
  var crc = ~UInt32(0)
  values.withUnsafeBytes { bytes in
    for byte in bytes {
      crc ^= UInt32(byte)
      for _ in 0..<8 { crc = crc & 1 == 1 ? crc >> 1 ^ 0xEDB8_8320 : crc >> 1 }
    }
  }
  let digits = String(~crc, radix: 16)
  return String(repeating: "0", count: 8 - digits.count) + digits
}

/// Width, height, channels and checksum, as the tables write them.
func fields(_ image: PixelImage) -> [String] {
  ["\(image.width)", "\(image.height)", "\(image.channels)", checksum(image.pixels)]
}
