import PneumoModel
import PneumoSystem
import PneumoTestSupport
import Testing

@testable import PneumoImaging

@Suite("What Pillow and Keras answer")
struct GoldenTests {
  private static let filters = Dictionary(
    uniqueKeysWithValues: Preprocessing.Filter.allCases.map { ($0.description, $0) })
  private static let colorModes = Dictionary(
    uniqueKeysWithValues: Preprocessing.ColorMode.allCases.map { ($0.description, $0) })
  private static let layouts = Dictionary(
    uniqueKeysWithValues: Preprocessing.Layout.allCases.map { ($0.description, $0) })

  @Test func checksumIsThatOfTheTables() {
    #expect(checksum(Array("123456789".utf8)) == "cbf43926")
  }

  @Test func decodes() throws {
    let decoder = JPEGDecoder()
    let lines = try Fixtures.table("decode.txt")
    #expect(lines.count >= 28)
    for line in lines {
      let image = try decoder.decode(file: Fixtures.path(line[0]))
      #expect(fields(image) == Array(line[1...4]), "\(line[0])")
      let upright = try decoder.decode(file: Fixtures.path(line[0]), applyingOrientation: true)
      #expect(fields(upright) == Array(line[5...8]), "\(line[0]), upright")
    }
  }

  @Test func resizes() throws {
    let decoder = JPEGDecoder()
    let lines = try Fixtures.table("resize.txt")
    #expect(lines.count >= 500)
    for line in lines {
      let image = try decoder.decode(file: Fixtures.path(line[0]))
      let size = Extent(height: try #require(Int(line[2])), width: try #require(Int(line[1])))
      let filter = try #require(Self.filters[line[3]])
      let resized = image.resized(to: size, filter: filter)
      #expect(resized.width == size.width && resized.height == size.height)
      #expect(checksum(resized.pixels) == line[4], "\(line)")
    }
  }

  @Test func picksNearest() throws {
    let lines = try Fixtures.table("nearest.txt")
    #expect(lines.count >= 300)
    for line in lines {
      let source = try #require(Int(line[0]))
      let target = try #require(Int(line[1]))
      let picked = nearestPixels(from: source, to: target).map { Int32($0).littleEndian }
      #expect(checksum(picked) == line[2], "\(source) to \(target)")
    }
  }

  /// Keras' `image_dataset_from_directory` resizes so.
  @Test func interpolatesAsTensorFlow() throws {
    let lines = try Fixtures.table("tensorflow.txt")
    #expect(lines.count >= 72)
    for line in lines {
      let mode = try #require(Self.colorModes[line[1]])
      let size = Extent(height: try #require(Int(line[3])), width: try #require(Int(line[2])))
      var preprocessing = Preprocessing(
        colorMode: mode, size: size, filter: .tensorFlowBilinear,
        scale: Array(repeating: 1, count: mode.channels),
        mean: Array(repeating: 0, count: mode.channels),
        standardDeviation: Array(repeating: 1, count: mode.channels))
      let path = Fixtures.path(line[0])
      let tensor = try ImageLoader(preprocessing).load(path)
      #expect(checksum(tensor) == line[4], "\(line)")

      // The same values in another layout, and scaled.
      preprocessing.layout = .channelsFirst
      preprocessing.scale = Array([0.5, 2, 1 / 255].prefix(mode.channels))
      let scaled = try ImageLoader(preprocessing).load(path)
      let area = size.height * size.width
      for index in tensor.indices {
        let (pixel, channel) = index.quotientAndRemainder(dividingBy: mode.channels)
        #expect(scaled[channel * area + pixel] == tensor[index] * preprocessing.scale[channel])
      }
      #expect(
        try ImageLoader(preprocessing).loadPixels(path).resized(to: size, filter: .nearest).width
          == size.width)
    }
  }

  @Test func preprocesses() throws {
    let lines = try Fixtures.table("tensor.txt")
    #expect(lines.count >= 290)
    for line in lines {
      let size = Extent(height: try #require(Int(line[3])), width: try #require(Int(line[2])))
      var preprocessing = Preprocessing.kerasStudy(size: size)
      if line[1] != "kerasStudy" {
        let mode = try #require(Self.colorModes[line[1]])
        preprocessing = Preprocessing(
          colorMode: mode, size: size, filter: try #require(Self.filters[line[4]]),
          scale: Array(repeating: Float(1.0 / 255), count: mode.channels),
          mean: Array([0.485, 0.456, 0.406].prefix(mode.channels)),
          standardDeviation: Array([0.229, 0.224, 0.225].prefix(mode.channels)),
          layout: try #require(Self.layouts[line[5]]))
      }
      let tensor = try ImageLoader(preprocessing).load(Fixtures.path(line[0]))
      #expect(tensor.count == preprocessing.shape.count)
      #expect(checksum(tensor) == line[6], "\(line)")
    }
  }

  /// Radiographs as the study's Keras loader reads them; `golden/README.md` there lists them.
  @Test(
    .enabled(if: SharedFolder.has("golden/tensor_0.npy"), "needs ../shared"),
    arguments: [
      "PNEUMONIA/person1640_bacteria_4348.jpeg", "PNEUMONIA/person434_virus_884.jpeg",
      "NORMAL/IM-0145-0001.jpeg", "NORMAL/IM-0149-0001.jpeg",
      "PNEUMONIA/person906_bacteria_2831.jpeg", "PNEUMONIA/person975_virus_1650.jpeg",
    ].enumerated().map { ($0.offset, $0.element) })
  func loadsRadiographs(number: Int, name: String) throws {
    let golden = SharedFolder.path("golden/tensor_\(number).npy")
    let expected = try #require(NumPyFile(try readFile(golden, limit: 1 << 20)))
    #expect(expected.shape == [150, 150, 3])
    let tensor = try ImageLoader(.kerasStudy(size: Extent(150)))
      .load(SharedFolder.path("data/chest_xray_originals/\(name)"))
    #expect(tensor == expected.values)
  }
}
