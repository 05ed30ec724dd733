import PneumoModel
import PneumoTestSupport
import Testing

@testable import PneumoImaging

@Suite("Preprocessor")
struct PreprocessorTests {

  private func noise(width: Int, height: Int, channels: Int) -> PixelImage {
    var generator = SeededGenerator(seed: UInt64(width * height * channels))
    let pixels = (0..<width * height * channels).map { _ in
      UInt8.random(in: 0...255, using: &generator)
    }
    return PixelImage(width: width, height: height, channels: channels, pixels: pixels)
  }

  private func preprocessing(
    _ mode: Preprocessing.ColorMode, _ filter: Preprocessing.Filter,
    layout: Preprocessing.Layout = .channelsLast
  ) -> Preprocessing {
    Preprocessing(
      colorMode: mode, size: Extent(height: 3, width: 5), filter: filter,
      scale: Array([0.5, 0.25, 2].prefix(mode.channels)),
      mean: Array([1, -2, 3].prefix(mode.channels)),
      standardDeviation: Array([4, -0.5, 0.1].prefix(mode.channels)), layout: layout)
  }

  /// Every byte, channel by channel, against the formula.
  @Test(arguments: Preprocessing.ColorMode.allCases, Preprocessing.Layout.allCases)
  func formula(mode: Preprocessing.ColorMode, layout: Preprocessing.Layout) {
    let record = preprocessing(mode, .nearest, layout: layout)
    let image = noise(width: 5, height: 3, channels: 3)
    let tensor = Preprocessor(record).tensor(of: image)
    let channels = mode.channels
    for pixel in 0..<15 {
      let rgb = image.pixels[3 * pixel..<3 * pixel + 3].map { Int($0) }
      let values =
        switch mode {
        case .gray: [(rgb[0] * 19595 + rgb[1] * 38470 + rgb[2] * 7471 + 0x8000) >> 16]
        case .rgb: rgb
        case .bgr: Array(rgb.reversed())
        }
      for channel in 0..<channels {
        let index = layout == .channelsLast ? pixel * channels + channel : channel * 15 + pixel
        let expected =
          (Float(values[channel]) * record.scale[channel] - record.mean[channel])
          / record.standardDeviation[channel]
        #expect(tensor[index] == expected)
      }
    }
  }

  @Test func grayFillsAllChannels() {
    let tensor = Preprocessor(.kerasStudy(size: Extent(4)))
      .tensor(of: noise(width: 9, height: 7, channels: 1))
    for pixel in 0..<16 {
      #expect(tensor[3 * pixel] == tensor[3 * pixel + 1])
      #expect(tensor[3 * pixel] == tensor[3 * pixel + 2])
    }
  }

  /// Trainers keep the small image; what they feed must be what inference sees.
  @Test(
    arguments: Preprocessing.ColorMode.allCases,
    Preprocessing.Filter.allCases.filter { $0 != .tensorFlowBilinear })
  func resizedImagesGiveTheSameTensor(
    mode: Preprocessing.ColorMode, filter: Preprocessing.Filter
  ) {
    let preprocessor = Preprocessor(preprocessing(mode, filter))
    for channels in [1, 3] {
      let image = noise(width: 17, height: 23, channels: channels)
      let small = preprocessor.resized(image)
      #expect(small.width == 5 && small.height == 3)
      #expect(preprocessor.tensor(of: small) == preprocessor.tensor(of: image))
    }
  }

  @Test func loaderWritesWhereItIsTold() throws {
    let loader = ImageLoader(.kerasStudy(size: Extent(height: 6, width: 4)))
    let path = Fixtures.path("color-420-37x29.jpg")
    let expected = try loader.load(path)
    // A batch of three with a guard before and after the middle image.
    var batch = [Float](repeating: -1, count: 3 * 72)
    try batch.withUnsafeMutableBufferPointer { buffer in
      try loader.load(path, into: UnsafeMutableBufferPointer(rebasing: buffer[72..<144]))
    }
    #expect(Array(batch[72..<144]) == expected)
    #expect(batch[..<72].allSatisfy { $0 == -1 } && batch[144...].allSatisfy { $0 == -1 })
    #expect(loader.tensor(of: try loader.loadPixels(path)) == expected)
  }

  @Test func loaderAppliesOrientationOnlyIfAsked() throws {
    var record = Preprocessing.kerasStudy(size: Extent(height: 13, width: 9))
    let path = Fixtures.path("orientation-6-13x9.jpg")
    let ignoring = try ImageLoader(record).load(path)
    record.appliesOrientation = true
    let applying = try ImageLoader(record).load(path)
    let image = try JPEGDecoder().decode(file: path)
    #expect(applying == Preprocessor(record).tensor(of: image.oriented(6)))
    #expect(ignoring == Preprocessor(record).tensor(of: image))
    #expect(ignoring != applying)
  }

  @Test func extremeSides() {
    for (width, height) in [(1, 1), (1, 5000), (5000, 1)] {
      let image = PixelImage(
        width: width, height: height, channels: 1,
        pixels: [UInt8](repeating: 77, count: width * height))
      for filter in Preprocessing.Filter.allCases {
        for size in [Extent(1), Extent(height: 1, width: 300), Extent(height: 300, width: 1)] {
          #expect(image.resized(to: size, filter: filter).pixels.allSatisfy { $0 == 77 })
        }
      }
    }
  }
}
