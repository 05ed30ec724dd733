import PneumoImaging
import PneumoModel
import PneumoTestSupport
import Testing

@testable import PneumoDataset

@Suite("Augmentation beyond Keras'")
struct AugmentationTests {
  private let image = PixelImage.pattern(height: 20, width: 24, channels: 1)
  /// Values stay in grey levels.
  private let levels = Preprocessor(
    Preprocessing(
      colorMode: .gray, size: Extent(height: 20, width: 24), filter: .box, scale: [1], mean: [0],
      standardDeviation: [1]))

  private func levels(_ change: (inout Transform) -> Void) -> [Float] {
    var transform = Transform()
    change(&transform)
    return transform.tensor(of: image, levels)
  }

  private func largestDifference(_ a: [Float], _ b: [Float]) -> Float {
    zip(a, b).map { abs($0 - $1) }.max() ?? .infinity
  }

  @Test func windowsShowAPart() {
    // Half the image, moved by whole pixels: its corners are pixels of the image.
    let shown = levels {
      $0.window.height = 0.5
      $0.window.width = 0.5
      $0.window.down = 0.125
      $0.window.right = -0.0625
    }
    for (row, column) in [(0, 0), (7, 3), (19, 23)] {
      let y = 9.5 + 0.5 * (Float(row) - 9.5) + 0.125 * 20
      let x = 11.5 + 0.5 * (Float(column) - 11.5) - 0.0625 * 24
      #expect(abs(shown[row * 24 + column] - bilinear(y, x)) < 1e-3)
    }
  }

  private func bilinear(_ y: Float, _ x: Float) -> Float {
    let (top, left) = (Int(y), Int(x))
    let (v, u) = (y - Float(top), x - Float(left))
    func at(_ row: Int, _ column: Int) -> Float {
      Float(image.pixels[min(row, 19) * 24 + min(column, 23)])
    }
    return (1 - v) * ((1 - u) * at(top, left) + u * at(top, left + 1))
      + v * ((1 - u) * at(top + 1, left) + u * at(top + 1, left + 1))
  }

  @Test(arguments: [-0.2, 0.3, 1] as [Float]) func blursAlongBothAxes(weight: Float) {
    let pixels = image.pixels.map(Float.init)
    let kernel = [-1: weight, 0: 1, 1: weight].mapValues { $0 / (1 + 2 * weight) }
    let expected = (0..<480).map { index in
      var sum: Float = 0
      for (down, v) in kernel {
        for (right, u) in kernel {
          let row = min(max(index / 24 + down, 0), 19)
          let column = min(max(index % 24 + right, 0), 23)
          sum += v * u * pixels[row * 24 + column]
        }
      }
      return min(max(sum, 0), 255)
    }
    #expect(largestDifference(levels { $0.blur = weight }, expected) < 1e-2)
  }

  @Test func blursColoursApart() {
    let (width, height) = (24, 20)
    let colour = PixelImage.pattern(height: height, width: width, channels: 3)
    let preprocessor = Preprocessor(
      Preprocessing(
        colorMode: .rgb, size: Extent(height: height, width: width), filter: .box,
        scale: [1, 1, 1], mean: [0, 0, 0], standardDeviation: [1, 1, 1]))
    var transform = Transform()
    transform.blur = 0.4
    let together = transform.tensor(of: colour, preprocessor)
    for channel in 0..<3 {
      let alone = PixelImage(
        width: width, height: height, channels: 1,
        pixels: (0..<width * height).map { colour.pixels[3 * $0 + channel] })
      let expected = transform.tensor(of: alone, levels)
      #expect((0..<width * height).allSatisfy { together[3 * $0 + channel] == expected[$0] })
    }
  }

  @Test func changesTones() {
    let pixels = image.pixels.map(Float.init)
    let mean = pixels.reduce(0, +) / Float(pixels.count)
    func clamp(_ value: Float) -> Float { min(max(value, 0), 255) }
    #expect(
      largestDifference(
        levels { $0.contrast = 0.6 }, pixels.map { clamp((($0 - mean) * 0.6) + mean) }) < 1e-2)
    #expect(
      largestDifference(levels { $0.brightness = 1.4 }, pixels.map { clamp($0 * 1.4) }) < 1e-3)
    let darker = levels { $0.gamma = 2 }
    #expect(largestDifference(darker, pixels.map { $0 * $0 / 255 }) < 1e-2)
    // In the order contrast, brightness, gamma.
    let all = levels {
      $0.contrast = 1.5
      $0.brightness = 0.8
      $0.gamma = 2
    }
    let expected = pixels.map { value in
      let bright = clamp(clamp((value - mean) * 1.5 + mean) * 0.8)
      return bright * bright / 255
    }
    #expect(largestDifference(all, expected) < 1e-2)
  }

  @Test func noiseHasItsDeviation() {
    let side = 300
    let plain = PixelImage(
      width: side, height: side, channels: 1,
      pixels: [UInt8](repeating: 128, count: side * side))
    var record = levels.preprocessing
    record.size = Extent(height: side, width: side)
    var transform = Transform()
    transform.noise = 10
    transform.noiseSeed = 77
    let values = transform.tensor(of: plain, Preprocessor(record)).map { $0 - 128 }
    let count = Float(values.count)
    let mean = values.reduce(0, +) / count
    let variance = values.map { $0 * $0 }.reduce(0, +) / count - mean * mean
    #expect(abs(mean) < 0.15)
    #expect(abs(variance.squareRoot() - 10) < 0.1)
    let neighbours = zip(values, values.dropFirst()).map(*).reduce(0, +) / count / variance
    #expect(abs(neighbours) < 0.02)
    transform.noiseSeed = 78
    let other = transform.tensor(of: plain, Preprocessor(record)).map { $0 - 128 }
    #expect(zip(values, other).count { $0 == $1 } < values.count / 100)
    // What NumPy gives for the definition in the comment of `addNoise`, in 64-bit integers.
    transform.noiseSeed = 77
    let first = transform.tensor(of: plain, Preprocessor(record)).prefix(3).map { $0 - 128 }
    #expect(largestDifference(first, [-15.0047994, 0.3139765, 10.4690547]) < 1e-4)
  }

  @Test func erasesARectangle() {
    let erased = levels { $0.erased = .init(rows: 3..<7, columns: 20..<40, value: 99) }
    for (index, value) in erased.enumerated() {
      let isErased = (3..<7).contains(index / 24) && (20..<24).contains(index % 24)
      #expect(value == (isErased ? 99 : Float(image.pixels[index])))
    }
  }

  @Test func greyAndColourGetTheSame() {
    let (height, width) = (20, 24)
    let colour = PixelImage(
      width: width, height: height, channels: 3, pixels: image.pixels.flatMap { [$0, $0, $0] })
    for (mode, mean) in [
      (Preprocessing.ColorMode.rgb, [0, 0, 0] as [Float]), (.rgb, [0.1, 0.2, 0.3]),
      (.bgr, [0.1, 0.2, 0.3]),
    ] {
      let preprocessor = Preprocessor(
        Preprocessing(
          colorMode: mode, size: Extent(height: height, width: width), filter: .box,
          scale: [0.01, 0.01, 0.01], mean: mean, standardDeviation: [0.5, 0.5, 0.5]))
      var random = NumPyRandom(seed: 4)
      for _ in 0..<5 {
        let transform = Augmentation.robust.draw(
          for: Extent(height: height, width: width), from: &random)
        #expect(
          transform.tensor(of: image, preprocessor) == transform.tensor(of: colour, preprocessor))
      }
    }
  }

  @Test func drawsStayInTheirRanges() throws {
    let size = Extent(height: 100, width: 50)
    let robust = Augmentation.robust
    try robust.check()
    var random = NumPyRandom(seed: 9)
    var erased = 0
    for _ in 0..<2000 {
      let transform = robust.draw(for: size, from: &random)
      #expect(abs(transform.rotation) <= 7 && abs(transform.shear) <= 4)
      #expect(abs(transform.firstShift) <= 4 && abs(transform.secondShift) <= 2)
      #expect((0.7...1.16).contains(transform.window.height))
      #expect(abs(transform.window.down) <= 0.075 && abs(transform.window.right) <= 0.075)
      #expect((-0.15...0.6).contains(transform.blur))
      #expect((0.7...1.3).contains(transform.contrast))
      #expect((0.75...1.25).contains(transform.brightness))
      #expect((1 / 1.3501...1.3501).contains(transform.gamma))
      #expect((0...8).contains(transform.noise))
      if let rectangle = transform.erased {
        erased += 1
        #expect((0...100).contains(rectangle.rows.upperBound) && !rectangle.rows.isEmpty)
        #expect((0...50).contains(rectangle.columns.upperBound) && !rectangle.columns.isEmpty)
        let area = Double(rectangle.rows.count * rectangle.columns.count) / 5000
        #expect((0.015...0.11).contains(area))
      }
    }
    #expect((400...600).contains(erased))
  }

  @Test func settingsAreChecked() throws {
    let changes: [(inout Augmentation) -> Void] = [
      { $0.rotation = -1 }, { $0.shift = 1 }, { $0.shear = .nan }, { $0.zoom = 1 },
      { $0.crop = 1 }, { $0.scale = -0.1 }, { $0.aspect = .infinity }, { $0.blur = -0.5...0 },
      { $0.blur = 0...2 }, { $0.contrast = 1.1 }, { $0.brightness = -1 }, { $0.gamma = -1 },
      { $0.noise = 300 }, { $0.erasingProbability = 2 }, { $0.erasingArea = 0...2 },
    ]
    for change in changes {
      var augmentation = Augmentation.robust
      change(&augmentation)
      let error = try #require(throws: DatasetError.self) { try augmentation.check() }
      #expect(error.kind == .invalidAugmentation)
    }
  }

  /// Whatever a transform says, no memory but the tensor's is written, and values are levels.
  @Test func wildTransformsAreSafe() {
    for wild in [Double.nan, .infinity, -.infinity, 1e300, -1e300, 0, 1e-300] {
      let shown = levels {
        $0.rotation = wild
        $0.firstShift = wild
        $0.shear = wild
        $0.firstZoom = wild
        $0.window.width = wild
        $0.window.down = wild
        $0.blur = Float(wild)
        $0.contrast = Float(wild)
        $0.gamma = Float(wild)
        $0.noise = Float(wild)
      }
      #expect(shown.allSatisfy { (0...255).contains($0) })
    }
  }
}
