import PneumoImaging
import PneumoModel
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
      let augmentation = Augmentation(
        era: line[0][0] == "keras2" ? .keras2 : .keras3, rotation: numbers[3], shift: numbers[4],
        shear: numbers[5], zoom: numbers[6], horizontalFlip: numbers[7] == 1)
      try augmentation.check()
      var random = NumPyRandom(seed: UInt32(numbers[8]))
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
    #expect(Augmentation.study().era == .keras2)
    #expect(
      Augmentation.study(.keras3) == Augmentation(shear: 0.2, zoom: 0.2, horizontalFlip: true))
    #expect(Augmentation.study().description == "shear 0.2 degrees, zoom 0.2, horizontal flip")
    #expect(Augmentation.none.description == "none")
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
