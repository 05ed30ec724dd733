import Foundation
@testable import PneumoDataset
import PneumoModel
import PneumoTestSupport
import Testing

/// What NumPy, SciPy and Keras answered: see Tools/make-dataset-goldens.py.
private func golden<Value: Decodable>(_ name: String, _ type: Value.Type) throws -> Value {
  let url = try #require(Bundle.module.url(forResource: "Fixtures/\(name)", withExtension: "json"))
  return try JSONDecoder().decode(type, from: Data(contentsOf: url))
}

private struct RandomGolden: Decodable {
  enum Seed: Decodable {
    case number(UInt32)
    case numbers([UInt32])

    init(from decoder: any Decoder) throws {
      let container = try decoder.singleValueContainer()
      if let number = try? container.decode(UInt32.self) {
        self = .number(number)
      } else {
        self = .numbers(try container.decode([UInt32].self))
      }
    }
  }

  let seed: Seed
  let sample, uniform, normal: [Double]
  let permutation, shuffled: [Int]
}

@Suite struct GoldenTests {
  @Test func randomNumbersAreNumPys() throws {
    let cases = try golden("random", [RandomGolden].self)
    #expect(cases.count == 6)
    for golden in cases {
      var random: NumPyRandom
      switch golden.seed {
      case .number(let seed): random = NumPyRandom(seed: seed)
      case .numbers(let seed): random = NumPyRandom(seed: seed)
      }
      let samples = (0..<700).map { _ in random.sample() }
      #expect(stride(from: 0, to: 700, by: 100).map { samples[$0] } == golden.sample)
      #expect((0..<3).map { _ in random.uniform(-0.2, 0.2) } == golden.uniform)
      #expect(random.permutation(23) == golden.permutation)
      #expect((0..<5).map { _ in random.normal() } == golden.normal)
      #expect(Array(random.permutation(1000).prefix(10)) == golden.shuffled)
    }
  }

  /// Draws and tensors are those of keras_preprocessing 1.1.2 and of Keras 3, bit for bit.
  @Test func augmentationIsKeras() throws {
    let url = try #require(
      Bundle.module.url(forResource: "Fixtures/augmented", withExtension: "txt"))
    let lines = try String(contentsOf: url, encoding: .utf8).split(separator: "\n")
    #expect(lines.count == 2 * 5 * 7 * 2)
    for line in lines {
      let parts = line.split(separator: "|").map { $0.split(separator: " ").map(String.init) }
      let numbers = try parts[0].dropFirst().map { try #require(Double($0)) }
      let extent = Extent(height: Int(numbers[0]), width: Int(numbers[1]))
      let channels = Int(numbers[2])
      var keras = KerasGeometry(era: try #require(KerasGeometry.Era(rawValue: parts[0][0])))
      (keras.rotation, keras.shift, keras.shear) = (numbers[3], numbers[4], numbers[5])
      (keras.zoom, keras.flipsHorizontally) = (numbers[6], numbers[7] == 1)
      var random = NumPyRandom(seed: UInt32(numbers[8]))
      let draw = keras.draw(for: extent, &random)
      let drawn = [draw.theta, draw.tx, draw.ty, draw.shear, draw.zx, draw.zy].map(hex)
      #expect(
        drawn + [draw.flipsHorizontally ? "1" : "0", hex(random.sample())] == parts[1], "\(line)")
      let count = extent.height * extent.width * channels
      let pixels = (0..<count).map { index in
        UInt8(truncatingIfNeeded: (UInt32(truncatingIfNeeded: index) &* 2_654_435_761) >> 13)
      }
      // A guard band on either side must stay as it is.
      var tensor = [Float](repeating: -7, count: count + 32)
      pixels.withUnsafeBufferPointer { pixels in
        tensor.withUnsafeMutableBufferPointer {
          keras.apply(draw, pixels, extent, channels, to: $0.baseAddress! + 16)
        }
      }
      #expect((tensor.prefix(16) + tensor.suffix(16)).allSatisfy { $0 == -7 })
      let scaled = tensor[16..<16 + count].map { $0 * Float(1.0 / 255) }
      #expect(crc32(scaled) == parts[2][0], "\(line)")
    }
  }
}

private func hex(_ number: Double) -> String {
  let digits = String(number.bitPattern, radix: 16)
  return String(repeating: "0", count: 16 - digits.count) + digits
}

/// The CRC-32 of zlib.
private func crc32(_ values: [Float]) -> String {
  let table = (0..<256).map { byte in
    (0..<8).reduce(UInt32(byte)) { r, _ in r >> 1 ^ (r & 1 == 0 ? 0 : 0xEDB8_8320) }
  }
  var remainder = UInt32.max
  values.withUnsafeBytes { bytes in
    table.withUnsafeBufferPointer { table in
      for byte in bytes {
        remainder = remainder >> 8 ^ table[Int(UInt8(truncatingIfNeeded: remainder) ^ byte)]
      }
    }
  }
  let digits = String(~remainder, radix: 16)
  return String(repeating: "0", count: 8 - digits.count) + digits
}
