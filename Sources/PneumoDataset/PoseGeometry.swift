import PneumoModel

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// Differences of positioning and crop: one affine resampling about the center, bilinear, edges
/// repeated. Each is drawn evenly from its range.
public struct PoseGeometry: Hashable, Sendable {
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

  /// The ranges above.
  public init() {}

  /// Writes a moved image, values of 0...255.
  func apply(
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
}
