import PneumoModel

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// Differences of exposure and scanner: gamma, contrast about the mean, brightness, blur, noise and
/// erasing, in this order. Values stay within 0...255. What is off draws nothing.
public struct Appearance: Hashable, Sendable {
  /// Exponents of `(x / 255)^γ`, drawn evenly on a logarithmic scale.
  public var gamma = 1.0...1.0
  /// Greatest change of the factor of differences from the mean.
  public var contrast = 0.0
  /// Greatest addition to either side, in gray levels.
  public var brightness = 0.0
  /// How many images are blurred by a 3×3 binomial filter.
  public var blurProbability = 0.0
  /// Greatest standard deviation of noise, in gray levels.
  public var noise = 0.0
  /// How many images have a rectangle erased.
  public var erasingProbability = 0.0
  /// Share of the area that is erased.
  public var erasedArea = 0.02...0.12

  /// Nothing changes.
  public init() {}

  /// Of other hospitals, within what a chest X-ray may look like.
  public static var varied: Appearance {
    var appearance = Appearance()
    appearance.gamma = 0.6...1.6
    appearance.contrast = 0.4
    appearance.brightness = 30
    appearance.blurProbability = 0.3
    appearance.noise = 8
    appearance.erasingProbability = 0.25
    return appearance
  }

  /// Changes an image of values of 0...255 in place.
  func apply(
    _ tensor: UnsafeMutablePointer<Float>, _ extent: Extent, _ channels: Int,
    _ random: inout NumPyRandom
  ) {
    guard self != Appearance() else { return }
    let count = extent.height * extent.width * channels
    if gamma != 1...1 || contrast != 0 || brightness != 0 { light(tensor, count, &random) }
    if blurProbability != 0, random.sample() < blurProbability { blur(tensor, extent, channels) }
    if noise != 0 { addNoise(tensor, extent, channels, &random) }
    if erasingProbability != 0, random.sample() < erasingProbability {
      erase(tensor, extent, channels, &random)
    }
    for i in 0..<count { tensor[i] = min(max(tensor[i], 0), 255) }
  }

  private func light(
    _ tensor: UnsafeMutablePointer<Float>, _ count: Int, _ random: inout NumPyRandom
  ) {
    let exponent = exp(random.uniform(log(gamma.lowerBound), log(gamma.upperBound)))
    let factor = Float(random.uniform(1 - contrast, 1 + contrast))
    let offset = Float(random.uniform(-brightness, brightness))
    // Gamma between the 256 gray levels is straight.
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
