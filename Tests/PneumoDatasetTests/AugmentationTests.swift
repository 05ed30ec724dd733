import PneumoImaging
import PneumoModel
import PneumoSupport
import PneumoTestSupport
import Testing

@testable import PneumoDataset

@Suite("Augmentation beyond Keras'")
struct AugmentationTests {
  private let image = PixelImage.pattern(height: 20, width: 24, channels: 1)
  /// Values stay in gray levels.
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

  @Test func sizesAreAboutTheMiddle() {
    // Half the image, moved by whole pixels.
    let shown = levels {
      $0.convention = .centered
      $0.firstZoom = 0.5
      $0.secondZoom = 0.75
      $0.firstShift = 3
      $0.secondShift = -2
    }
    for (row, column) in [(0, 0), (7, 3), (19, 23)] {
      let y = 9.5 + 0.5 * (Float(row) - 9.5) + 3
      let x = 11.5 + 0.75 * (Float(column) - 11.5) - 2
      #expect(abs(shown[row * 24 + column] - bilinear(y, x)) < 1e-3)
    }
  }

  @Test func rotatesAboutTheMiddle() {
    let turned = levels {
      $0.convention = .centered
      $0.rotation = 180
    }
    #expect(largestDifference(turned, image.pixels.reversed().map(Float.init)) < 1e-2)
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

  @Test func blursAlongBothAxes() {
    let pixels = image.pixels.map(Float.init)
    let kernel: [Int: Float] = [-1: 0.25, 0: 0.5, 1: 0.25]
    let expected = (0..<480).map { index in
      var sum: Float = 0
      for (down, v) in kernel {
        for (right, u) in kernel {
          let row = min(max(index / 24 + down, 0), 19)
          let column = min(max(index % 24 + right, 0), 23)
          sum += v * u * pixels[row * 24 + column]
        }
      }
      return sum
    }
    #expect(largestDifference(levels { $0.isBlurred = true }, expected) < 1e-2)
  }

  @Test func blursColorsApart() {
    let (width, height) = (24, 20)
    let color = PixelImage.pattern(height: height, width: width, channels: 3)
    let preprocessor = Preprocessor(
      Preprocessing(
        colorMode: .rgb, size: Extent(height: height, width: width), filter: .box,
        scale: [1, 1, 1], mean: [0, 0, 0], standardDeviation: [1, 1, 1]))
    var transform = Transform()
    transform.isBlurred = true
    let together = transform.tensor(of: color, preprocessor)
    for channel in 0..<3 {
      let alone = PixelImage(
        width: width, height: height, channels: 1,
        pixels: (0..<width * height).map { color.pixels[3 * $0 + channel] })
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
      largestDifference(levels { $0.brightness = -25 }, pixels.map { clamp($0 - 25) }) < 1e-3)
    let darker = levels { $0.gamma = 2 }
    #expect(largestDifference(darker, pixels.map { $0 * $0 / 255 }) < 1e-2)
    // In the order gamma, contrast, brightness.
    let all = levels {
      $0.contrast = 1.5
      $0.brightness = 12
      $0.gamma = 2
    }
    let middle = darker.reduce(0, +) / Float(pixels.count)
    let expected = pixels.map { clamp(($0 * $0 / 255 - middle) * 1.5 + middle + 12) }
    #expect(largestDifference(all, expected) < 2e-2)
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
    let neighbors = zip(values, values.dropFirst()).map(*).reduce(0, +) / count / variance
    #expect(abs(neighbors) < 0.02)
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

  @Test func grayAndColorGetTheSame() {
    let (height, width) = (20, 24)
    let color = PixelImage(
      width: width, height: height, channels: 3, pixels: image.pixels.flatMap { [$0, $0, $0] })
    for (mode, mean) in [
      (Preprocessing.ColorMode.rgb, [0, 0, 0] as [Float]), (.rgb, [0.1, 0.2, 0.3]),
      (.bgr, [0.1, 0.2, 0.3]),
    ] {
      let preprocessor = Preprocessor(
        Preprocessing(
          colorMode: mode, size: Extent(height: height, width: width), filter: .box,
          scale: [0.01, 0.01, 0.01], mean: mean, standardDeviation: [0.5, 0.5, 0.5]))
      var random = MersenneTwister(seed: 4)
      for _ in 0..<5 {
        let transform = Augmentation.robust.draw(
          for: Extent(height: height, width: width), from: &random)
        #expect(
          transform.tensor(of: image, preprocessor) == transform.tensor(of: color, preprocessor))
      }
    }
  }

  @Test func drawsStayInTheirRanges() throws {
    let size = Extent(height: 100, width: 50)
    var random = MersenneTwister(seed: 9)
    var augmentation = Augmentation.robust
    augmentation.share = 1
    var seen: [Transform] = []
    for _ in 0..<2000 {
      let transform = augmentation.draw(for: size, from: &random)
      seen.append(transform)
      #expect(abs(transform.rotation) <= 10 && transform.shear == 0)
      #expect(abs(transform.firstShift) <= 6 && abs(transform.secondShift) <= 3)
      let area = transform.firstZoom * transform.secondZoom
      #expect((0.75 * 0.75...1.1 * 1.1).contains(area))
      #expect((1 / 1.1501...1.1501).contains(transform.firstZoom / transform.secondZoom))
      #expect((0.6...1.6).contains(transform.gamma))
      #expect((0.6...1.4).contains(transform.contrast))
      #expect((-30...30).contains(transform.brightness))
      #expect((0...8).contains(transform.noise))
      if let rectangle = transform.erased {
        #expect((0...100).contains(rectangle.rows.upperBound) && !rectangle.rows.isEmpty)
        #expect((0...50).contains(rectangle.columns.upperBound) && !rectangle.columns.isEmpty)
        let area = Double(rectangle.rows.count * rectangle.columns.count) / 5000
        #expect((0.015...0.12).contains(area))
      }
    }
    // Each range is used to its ends, and each probability is what it says.
    func spread(_ value: (Transform) -> Double) -> ClosedRange<Double> {
      let values = seen.map(value)
      return (values.min() ?? 0)...(values.max() ?? 0)
    }
    #expect(spread(\.rotation).contains(-9.9...9.9))
    #expect(spread(\.firstShift).contains(-5.9...5.9))
    #expect(spread { ($0.firstZoom * $0.secondZoom).squareRoot() }.contains(0.76...1.09))
    #expect(spread { $0.firstZoom / $0.secondZoom }.contains(0.88...1.14))
    #expect(spread(\.gamma).contains(0.61...1.59))
    #expect(spread { Double($0.contrast) }.contains(0.61...1.39))
    #expect(spread { Double($0.brightness) }.contains(-29...29))
    #expect(spread { Double($0.noise) }.contains(0.1...7.9))
    #expect((900...1100).contains(seen.count { $0.flipsHorizontally }))
    #expect((520...680).contains(seen.count { $0.isBlurred }))
    #expect((420...580).contains(seen.count { $0.erased != nil }))
  }

  @Test func aShareIsLeftUnchanged() {
    var augmentation = Augmentation.robust
    augmentation.share = 0.7
    var mirrored = Transform()
    mirrored.flipsHorizontally = true
    var random = MersenneTwister(seed: 9)
    let seen = (0..<2000).map { _ in augmentation.draw(for: Extent(64), from: &random) }
    #expect((240...360).contains(seen.count { $0 == Transform() }))
    #expect((240...360).contains(seen.count { $0 == mirrored }))
  }

  /// Whatever a transform says, no memory but the tensor's is written, and values are levels.
  @Test func wildTransformsAreSafe() {
    for wild in [Double.nan, .infinity, -.infinity, 1e300, -1e300, 0, 1e-300] {
      let shown = levels {
        $0.rotation = wild
        $0.firstShift = wild
        $0.shear = wild
        $0.firstZoom = wild
        $0.isBlurred = true
        $0.brightness = Float(wild)
        $0.contrast = Float(wild)
        $0.gamma = wild
        $0.noise = Float(wild)
      }
      #expect(shown.allSatisfy { (0...255).contains($0) })
    }
  }
}
