import PneumoModel
import PneumoSupport
import PneumoSystem

extension Transform {

  /// Whether ``changeGrayLevels(_:size:channels:)`` changes anything.
  var changesGrayLevels: Bool { changesTones || isBlurred || noise != 0 || erased != nil }

  private var changesTones: Bool { gamma != 1 || contrast != 1 || brightness != 0 }

  /// Gamma, contrast, brightness, blur, noise and erasing, in place and in this order.
  ///
  /// - Parameter values: `size` pixels of `channels` floats of 0...255, which they are after it.
  func changeGrayLevels(
    _ values: UnsafeMutablePointer<Float>, size: Extent, channels: Int
  ) {
    let count = size.height * size.width * channels
    if changesTones { changeTones(values, count: count) }
    if isBlurred { blur(values, size: size, channels: channels) }
    if noise != 0 { addNoise(values, count: count, channels: channels) }
    erased?.paint(values, size: size, channels: channels)
    // SAFETY: `values` holds `count` floats.
    for k in 0..<count { values[k] = clamped(values[k]) }
  }

  /// The curve of the gamma is worked out at the gray levels 0...255, and is linear between them.
  private func changeTones(_ values: UnsafeMutablePointer<Float>, count: Int) {
    // Exact for images of any size that matters, and so the same for gray given as three channels.
    var sum = 0.0
    withUnsafeTemporaryAllocation(of: Float.self, capacity: 257) { curve in
      for level in 0..<256 {
        let value = gamma == 1 ? Double(level) : 255 * pow(Double(level) / 255, gamma)
        curve.initializeElement(at: level, to: clamped(Float(value)))
      }
      curve.initializeElement(at: 256, to: curve[255])
      // SAFETY: `values` holds `count` floats of 0...255; `curve` one more than the 256 levels, since
      // the level of a value of 255 is the last and has a neighbor.
      for k in 0..<count {
        let value = values[k]
        let level = Int(value)
        let low = curve[level]
        let corrected = low + (curve[level + 1] - low) * (value - Float(level))
        values[k] = corrected
        sum += Double(corrected)
      }
    }
    let mean = Float(sum / Double(count))
    let offset = mean - mean * contrast + brightness
    for k in 0..<count { values[k] = values[k] * contrast + offset }
  }

  /// (1, 2, 1) / 4 along the rows, then along the columns; pixels beyond the edge are those of the
  /// edge.
  private func blur(_ values: UnsafeMutablePointer<Float>, size: Extent, channels: Int) {
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
          row[k] = 0.5 * original[k] + 0.25 * (left + right)
        }
      }
      above.update(from: values, count: rowLength)
      for i in 0..<size.height {
        let row = values + i * rowLength
        let below = i + 1 < size.height ? row + rowLength : row
        for k in 0..<rowLength {
          let value = row[k]
          row[k] = 0.5 * value + 0.25 * (above[k] + below[k])
          above[k] = value
        }
      }
    }
  }

  /// Adds to all channels of pixel i the sum of four 16-bit numbers, scaled to mean 0 and standard
  /// deviation `noise`. They are the number at place `noiseSeed + i` of SplitMix64 with state 0.
  private func addNoise(_ values: UnsafeMutablePointer<Float>, count: Int, channels: Int) {
    let factor = noise / 37_837.227  // 65536 / sqrt(3)
    // SAFETY: `count` is a multiple of `channels`, so the index stays below it.
    for pixel in 0..<count / channels {
      let bits = SplitMix64.number(at: UInt64(noiseSeed) &+ UInt64(pixel), state: 0)
      // Two sums of two at once, in the halves of the word.
      let pairs = (bits & 0x0000_FFFF_0000_FFFF) + ((bits >> 16) & 0x0000_FFFF_0000_FFFF)
      let sum = Int32(truncatingIfNeeded: (pairs & 0xFFFF_FFFF) + (pairs >> 32))
      let change = Float(sum - 131_070) * factor
      for channel in 0..<channels { values[pixel * channels + channel] += change }
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
      (values + (row * size.width + columns.lowerBound) * channels)
        .update(repeating: value, count: columns.count * channels)
    }
  }
}

/// The nearest of 0...255; not a number becomes 0.
@inline(__always)
private func clamped(_ value: Float) -> Float {
  value > 0 ? (value < 255 ? value : 255) : 0
}
