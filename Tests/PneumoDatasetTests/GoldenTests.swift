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

private struct AugmentationGolden: Decodable {
  let era: String
  let seed: [UInt32]
  let range: Double
  let shape: [Int]
  let shear, zx, zy: Double
  let flip: Bool
  let bits: [UInt32]
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

  @Test func augmentationIsKeras() throws {
    let cases = try golden("augmentation", [AugmentationGolden].self)
    #expect(cases.count == 12)
    for golden in cases {
      let augmentation = KerasAugmentation(
        era: golden.era == "keras2" ? .keras2 : .keras3, shear: golden.range, zoom: 0.2)
      var random = NumPyRandom(seed: golden.seed)
      let draw = augmentation.draw(&random)
      #expect(draw.shear == golden.shear)
      #expect(draw.zoomX == golden.zx)
      #expect(draw.zoomY == golden.zy)
      #expect(draw.isFlipped == golden.flip)
      let count = golden.shape.reduce(1, *)
      let pixels = (0..<count).map { (i: Int) -> UInt8 in
        let value = i * i * 7 + i * 31 + 5
        return UInt8(value % 251)
      }
      var tensor = [Float](repeating: -1, count: count)
      pixels.withUnsafeBufferPointer { pixels in
        tensor.withUnsafeMutableBufferPointer { tensor in
          augmentation.apply(
            draw, pixels, Extent(height: golden.shape[0], width: golden.shape[1]),
            golden.shape[2], to: tensor.baseAddress!)
        }
      }
      #expect(
        tensor.map(\.bitPattern) == golden.bits, "\(golden.era), seed \(golden.seed)")
    }
  }
}
