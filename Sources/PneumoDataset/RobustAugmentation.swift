import PneumoModel

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// Changes that differences of positioning, exposure and scanner make.
///
/// In this order: one affine resampling (rotation, shift, scale, aspect, flip; bilinear, edges
/// repeated), gamma, contrast about the mean, brightness, blur, noise, erasing. Values stay within
/// 0...255. Each is drawn evenly from its range.
public struct RobustAugmentation: Hashable, Sendable {
  /// Greatest rotation to either side, in degrees.
  public var rotation = 10.0
  /// Greatest shift in each direction, as a share of the side.
  public var shift = 0.06
  /// Factors of size: below 1 a crop, above 1 the picture gets smaller.
  public var scale = 0.75...1.1
  /// Greatest factor between the scales of both axes.
  public var aspect = 1.15
  /// Whether half of the images are mirrored.
  public var flipsHorizontally = true
  /// Range of the exponent of `(x / 255)^γ`, drawn evenly on a logarithmic scale.
  public var gamma = 0.6...1.6
  /// Range of the factor of differences from the mean.
  public var contrast = 0.6...1.4
  /// Greatest addition to either side, in grey levels.
  public var brightness = 30.0
  /// How many images are blurred by a 3×3 binomial filter.
  public var blurProbability = 0.3
  /// Greatest standard deviation of noise, in grey levels.
  public var noise = 8.0
  /// How many images have a rectangle erased.
  public var erasingProbability = 0.25
  /// Share of the area that is erased.
  public var erasedArea = 0.02...0.12

  /// The ranges above.
  public init() {}

  /// Writes a changed image, values of 0...255.
  func apply(
    _ pixels: UnsafeBufferPointer<UInt8>, _ extent: Extent, _ channels: Int,
    _ random: inout NumPyRandom, to tensor: UnsafeMutablePointer<Float>
  ) {
    resample(pixels, extent, channels, &random, to: tensor)
    let count = extent.height * extent.width * channels
    light(tensor, count, &random)
    if random.sample() < blurProbability { blur(tensor, extent, channels) }
    addNoise(tensor, extent, channels, &random)
    if random.sample() < erasingProbability { erase(tensor, extent, channels, &random) }
    for i in 0..<count { tensor[i] = min(max(tensor[i], 0), 255) }
  }

  private func resample(
    _ pixels: UnsafeBufferPointer<UInt8>, _ extent: Extent, _ channels: Int,
    _ random: inout NumPyRandom, to tensor: UnsafeMutablePointer<Float>
  ) {
    let angle = random.uniform(-rotation, rotation) * .pi / 180
    let (height, width) = (Float(extent.height), Float(extent.width))
    let shiftY = Float(random.uniform(-shift, shift)) * height
    let shiftX = Float(random.uniform(-shift, shift)) * width
    let factor = random.uniform(scale.lowerBound, scale.upperBound)
    let stretch = exp(random.uniform(-log(aspect), log(aspect)) / 2)
    let isFlipped = random.sample() < 0.5 && flipsHorizontally
    let (sine, cosine) = (Float(sin(angle)), Float(cos(angle)))
    let (scaleY, scaleX) = (Float(factor * stretch), Float(factor / stretch) * (isFlipped ? -1 : 1))
    let (centerY, centerX) = ((height - 1) / 2, (width - 1) / 2)
    let (lastY, lastX) = (extent.height - 1, extent.width - 1)
    for i in 0...lastY {
      for j in 0...lastX {
        let y = (Float(i) - centerY) * scaleY
        let x = (Float(j) - centerX) * scaleX
        let row = min(max(centerY + shiftY + y * cosine - x * sine, 0), height - 1)
        let column = min(max(centerX + shiftX + y * sine + x * cosine, 0), width - 1)
        let (top, left) = (Int(row), Int(column))
        let (bottom, right) = (min(top + 1, lastY), min(left + 1, lastX))
        let (v, u) = (row - Float(top), column - Float(left))
        let target = tensor + (i * extent.width + j) * channels
        // SAFETY: all four pixels lie inside the image.
        for c in 0..<channels {
          let a = Float(pixels[(top * extent.width + left) * channels + c])
          let b = Float(pixels[(top * extent.width + right) * channels + c])
          let d = Float(pixels[(bottom * extent.width + left) * channels + c])
          let e = Float(pixels[(bottom * extent.width + right) * channels + c])
          let upper = a + (b - a) * u
          let lower = d + (e - d) * u
          target[c] = upper + (lower - upper) * v
        }
      }
    }
  }

  private func light(
    _ tensor: UnsafeMutablePointer<Float>, _ count: Int, _ random: inout NumPyRandom
  ) {
    let exponent = exp(random.uniform(log(gamma.lowerBound), log(gamma.upperBound)))
    let factor = Float(random.uniform(contrast.lowerBound, contrast.upperBound))
    let offset = Float(random.uniform(-brightness, brightness))
    // Gamma between the 256 grey levels is straight.
    let curve = (0...256).map { Float(255 * pow(min(Double($0), 255) / 255, exponent)) }
    var sum: Float = 0
    curve.withUnsafeBufferPointer { curve in
      for i in 0..<count {
        let x = tensor[i]
        let level = Int(x)
        let value = curve[level] + (curve[level + 1] - curve[level]) * (x - Float(level))
        tensor[i] = value
        sum += value
      }
    }
    let mean = sum / Float(count)
    let constant = mean + offset - mean * factor
    for i in 0..<count { tensor[i] = tensor[i] * factor + constant }
  }

  /// Rows, then columns, with weights 1/4, 1/2, 1/4; edges repeated.
  private func blur(_ tensor: UnsafeMutablePointer<Float>, _ extent: Extent, _ channels: Int) {
    let row = extent.width * channels
    for y in 0..<extent.height { Self.smooth(tensor + y * row, extent.width, channels, channels) }
    Self.smooth(tensor, extent.height, row, row)
  }

  /// Smooths `count` pieces of `size` elements, `stride` apart, each with those beside it.
  private static func smooth(
    _ start: UnsafeMutablePointer<Float>, _ count: Int, _ stride: Int, _ size: Int
  ) {
    for element in 0..<size {
      var previous = start[element]
      for index in 0..<count {
        let place = index * stride + element
        let current = start[place]
        let next = index + 1 < count ? start[place + stride] : current
        start[place] = 0.25 * previous + 0.5 * current + 0.25 * next
        previous = current
      }
    }
  }

  /// The same noise in all channels, for pictures are gray. Sums of four bytes of random bits are
  /// nearly normal.
  private func addNoise(
    _ tensor: UnsafeMutablePointer<Float>, _ extent: Extent, _ channels: Int,
    _ random: inout NumPyRandom
  ) {
    let deviation = Float(random.uniform(0, noise))
    var state = UInt64(random.sample() * 0x1p53)
    // A sum of four even numbers of 0...255 has a deviation of 147.8 about 510.
    let factor = deviation / 147.8
    for pixel in 0..<extent.height * extent.width {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      let bits = state >> 32
      let sum = (bits & 255) + (bits >> 8 & 255) + (bits >> 16 & 255) + (bits >> 24 & 255)
      let value = (Float(sum) - 510) * factor
      for c in 0..<channels { tensor[pixel * channels + c] += value }
    }
  }

  /// Fills a rectangle with one random level (Zhong et al. 2020).
  private func erase(
    _ tensor: UnsafeMutablePointer<Float>, _ extent: Extent, _ channels: Int,
    _ random: inout NumPyRandom
  ) {
    let area =
      random.uniform(erasedArea.lowerBound, erasedArea.upperBound)
      * Double(extent.height * extent.width)
    let ratio = exp(random.uniform(-0.7, 0.7))
    let height = min(max(Int((area * ratio).squareRoot()), 1), extent.height)
    let width = min(max(Int((area / ratio).squareRoot()), 1), extent.width)
    let top = Int(random.sample() * Double(extent.height - height + 1))
    let left = Int(random.sample() * Double(extent.width - width + 1))
    let level = Float(random.uniform(0, 255))
    for y in top..<top + height {
      (tensor + (y * extent.width + left) * channels)
        .update(repeating: level, count: width * channels)
    }
  }
}
