import PneumoImaging
import PneumoModel
import PneumoSystem
import PneumoTestSupport

/// The folder written by `Tools/make-dataset-goldens.py`.
enum Fixtures {

  /// The words of each column of each line of a table.
  static func table(_ name: String) throws(FileError) -> [[[String]]] {
    let path = "\(SharedFolder.packageRoot)/Tests/PneumoDatasetTests/Fixtures/\(name)"
    let text = String(decoding: try readFile(path, limit: 1 << 20), as: UTF8.self)
    return text.split(separator: "\n").map { line in
      line.split(separator: "|", omittingEmptySubsequences: false).map { column in
        column.split(separator: " ").map(String.init)
      }
    }
  }
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

extension Double {
  /// The bits as the tables write them.
  var hex: String {
    let digits = String(bitPattern, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}

extension PixelImage {
  /// The image of `image(height, width, channels)` in the script.
  static func pattern(height: Int, width: Int, channels: Int) -> PixelImage {
    PixelImage(
      width: width, height: height, channels: channels,
      pixels: (0..<height * width * channels).map { index in
        UInt8(truncatingIfNeeded: (index * 2_654_435_761 & 0xFFFF_FFFF) >> 13)
      })
  }
}

extension Preprocessing {
  /// What the study did, with as many channels as wanted.
  static func study(height: Int, width: Int, channels: Int) -> Preprocessing {
    let size = Extent(height: height, width: width)
    guard channels == 1 else { return .kerasStudy(size: size) }
    return Preprocessing(
      colorMode: .gray, size: size, filter: .nearest, scale: [Float(1.0 / 255)], mean: [0],
      standardDeviation: [1])
  }
}
