import PneumoModel

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

extension Transform {

  /// Blur, contrast, brightness, gamma, noise and erasing, in place and in this order.
  ///
  /// - Parameter values: `size` pixels of `channels` floats of 0...255, which they are after it.
  func changeGreyValues(
    _ values: UnsafeMutablePointer<Float>, size: Extent, channels: Int
  ) {
    if blur != 0 { filter(values, size: size, channels: channels) }
    let count = size.height * size.width * channels
    if contrast != 1 || brightness != 1 || gamma != 1 { changeTones(values, count: count) }
    if noise != 0 { addNoise(values, count: count, channels: channels) }
    if let erased { erased.paint(values, size: size, channels: channels) }
  }

  /// (blur, 1, blur) / (1 + 2 blur) along the rows, then along the columns; pixels beyond the edge
  /// are those of the edge.
  private func filter(_ values: UnsafeMutablePointer<Float>, size: Extent, channels: Int) {
    let side = blur / (1 + 2 * blur)
    let middle = 1 / (1 + 2 * blur)
    let rowLength = size.width * channels
    withUnsafeTemporaryAllocation(of: Float.self, capacity: 2 * rowLength) { rows in
      // SAFETY: `rows` holds two rows; indices are those of elements of a row, and of rows.
      let original = rows.baseAddress!
      let above = original + rowLength
      for i in 0..<size.height {
        let row = values + i * rowLength
        original.update(from: row, count: rowLength)
        for k in 0..<rowLength {
          let left = original[k >= channels ? k - channels : k]
          let right = original[k + channels < rowLength ? k + channels : k]
          row[k] = middle * original[k] + side * (left + right)
        }
      }
      above.update(from: values, count: rowLength)
      for i in 0..<size.height {
        let row = values + i * rowLength
        let below = i + 1 < size.height ? row + rowLength : row
        for k in 0..<rowLength {
          let value = row[k]
          row[k] = clamped(middle * value + side * (above[k] + below[k]))
          above[k] = value
        }
      }
    }
  }

  /// One curve for the three: worked out at the grey levels 0...255, and linear between them.
  private func changeTones(_ values: UnsafeMutablePointer<Float>, count: Int) {
    // Exact for images of any size that matters, and so the same for grey given as three channels.
    var sum = 0.0
    // SAFETY: `values` holds `count` floats; `curve` one more than the 256 levels, since the level
    // of a value of 255 is the last and has a neighbour.
    for k in 0..<count { sum += Double(values[k]) }
    let mean = Float(sum / Double(count))
    withUnsafeTemporaryAllocation(of: Float.self, capacity: 257) { curve in
      for level in 0..<256 {
        let contrasted = clamped((Float(level) - mean) * contrast + mean)
        let brightened = clamped(contrasted * brightness)
        let corrected = gamma == 1 ? brightened : clamped(255 * powf(brightened / 255, gamma))
        curve.initializeElement(at: level, to: corrected)
      }
      curve.initializeElement(at: 256, to: curve[255])
      for k in 0..<count {
        let value = clamped(values[k])
        let level = Int(value)
        let low = curve[level]
        values[k] = low + (curve[level + 1] - low) * (value - Float(level))
      }
    }
  }

  /// Adds to pixel i (of all channels) what the 64 bits of SplitMix64 (Steele, Lea, Flood 2014)
  /// after `noiseSeed + i` steps give: the sum of four 16-bit numbers, brought to mean 0 and the
  /// deviation `noise`.
  private func addNoise(_ values: UnsafeMutablePointer<Float>, count: Int, channels: Int) {
    let factor = noise / 37_837.227  // 65536 / sqrt(3)
    // SAFETY: `count` is a multiple of `channels`, so the index stays below it.
    for pixel in 0..<count / channels {
      var bits = (UInt64(noiseSeed) &+ UInt64(pixel) &+ 1) &* 0x9E37_79B9_7F4A_7C15
      bits = (bits ^ (bits >> 30)) &* 0xBF58_476D_1CE4_E5B9
      bits = (bits ^ (bits >> 27)) &* 0x94D0_49BB_1331_11EB
      bits ^= bits >> 31
      // Two sums of two at once, in the halves of the word.
      let pairs = (bits & 0x0000_FFFF_0000_FFFF) + ((bits >> 16) & 0x0000_FFFF_0000_FFFF)
      let sum = Int32(truncatingIfNeeded: (pairs & 0xFFFF_FFFF) + (pairs >> 32))
      let change = Float(sum - 131_070) * factor
      for channel in 0..<channels {
        values[pixel * channels + channel] = clamped(values[pixel * channels + channel] + change)
      }
    }
  }
}

extension Transform.Erasure {
  /// Fills what of the rectangle lies in the image.
  fileprivate func paint(
    _ values: UnsafeMutablePointer<Float>, size: Extent, channels: Int
  ) {
    let rows = rows.clamped(to: 0..<size.height)
    let columns = columns.clamped(to: 0..<size.width)
    // SAFETY: rows and columns lie within the image.
    for row in rows {
      for column in columns {
        let pixel = (row * size.width + column) * channels
        for channel in 0..<channels { values[pixel + channel] = value }
      }
    }
  }
}

/// The nearest of 0...255; not a number becomes 0.
@inline(__always)
private func clamped(_ value: Float) -> Float {
  value > 0 ? (value < 255 ? value : 255) : 0
}
