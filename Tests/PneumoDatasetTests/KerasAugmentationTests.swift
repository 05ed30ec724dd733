import PneumoImaging
import PneumoModel
import PneumoSupport
import Testing

@testable import PneumoDataset

@Suite("Keras' augmentation")
struct KerasAugmentationTests {

  @Test func drawsAndTensorsAreTheSameBits() throws {
    let lines = try Fixtures.table("augmented.txt")
    #expect(lines.count == 2 * 5 * 7 * 2)
    for line in lines {
      let numbers = try line[0].dropFirst().map { try #require(Double($0)) }
      let (height, width, channels) = (Int(numbers[0]), Int(numbers[1]), Int(numbers[2]))
      var augmentation = Augmentation()
      augmentation.convention = try #require(Augmentation.Convention(rawValue: line[0][0]))
      (augmentation.rotation, augmentation.shift) = (numbers[3], numbers[4])
      (augmentation.shear, augmentation.zoom) = (numbers[5], numbers[6])
      augmentation.flip = numbers[7] == 1
      var random = MersenneTwister(seed: UInt32(numbers[8]))
      let transform = augmentation.draw(
        for: Extent(height: height, width: width), from: &random)
      let drawn = [
        transform.rotation, transform.firstShift, transform.secondShift, transform.shear,
        transform.firstZoom, transform.secondZoom,
      ]
      #expect(
        drawn.map(\.hex) + [transform.flipsHorizontally ? "1" : "0", random.unit().hex] == line[1],
        "\(line[0])")
      let image = PixelImage.pattern(height: height, width: width, channels: channels)
      let preprocessor = Preprocessor(.study(height: height, width: width, channels: channels))
      #expect(checksum(transform.tensor(of: image, preprocessor)) == line[2][0], "\(line[0])")
    }
  }

  @Test func presetsAreTheStudys() {
    var study = Augmentation()
    (study.shear, study.zoom, study.flip) = (0.2, 0.2, true)
    #expect(Augmentation.keras3 == study)
    study.convention = .keras2
    #expect(Augmentation.study == study)
    #expect(
      Augmentation.names.map { Augmentation(name: $0) } == [
        Augmentation.none, .study, .keras3, .robust,
      ])
    #expect(Augmentation(name: "Robust") == nil)
  }
}

extension Transform {
  /// What `apply` writes, within a guard band that must stay as it is.
  func tensor(of image: PixelImage, _ preprocessor: Preprocessor) -> [Float] {
    let count = preprocessor.preprocessing.shape.count
    var guarded = [Float](repeating: -7, count: count + 32)
    guarded.withUnsafeMutableBufferPointer { buffer in
      apply(
        to: image, preprocessor,
        into: UnsafeMutableBufferPointer(rebasing: buffer[16..<16 + count]))
    }
    #expect(guarded.prefix(16).allSatisfy { $0 == -7 })
    #expect(guarded.suffix(16).allSatisfy { $0 == -7 })
    return Array(guarded[16..<16 + count])
  }
}
