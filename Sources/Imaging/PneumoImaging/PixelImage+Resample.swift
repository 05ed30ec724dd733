import PneumoModel

// Separable resampling, as Pillow's `Resample.c` for 8-bit images: along rows and along columns,
// each only where the size changes, each rounded to a byte:
//   out = clip((2^(p-1) + sum weight * pixel) >> p),  p = ResampleWeights.precisionBits
// Rows come first, except where the height shrinks by more than twice what the width does: so does
// Pillow since release 13. The order moves some bytes by one.
// Pillow makes the whole image between the two passes. Here it exists only as far as one row of the
// result needs it, which gives the same bytes and stays in the cache.

extension PixelImage {

  func resampled(to size: Extent, filter: Preprocessing.Filter) -> PixelImage {
    let resampling = Resampling(of: self, to: size, filter: filter)
    return PixelImage(width: size.width, height: size.height, channels: channels) { target in
      pixels.withUnsafeBufferPointer { source in
        if size.height == height {
          resampling.resampleRows(of: source, into: target)
        } else if size.width == width {
          resampling.combineRows(of: source, into: target)
        } else if size.height < height, height - size.height > 2 * (width - size.width) {
          resampling.combineThenResample(source, into: target)
        } else {
          resampling.resampleThenCombine(source, into: target)
        }
      }
    }
  }
}

/// The weights of one resize, and its passes in their four combinations.
///
/// Sources hold `height` rows of `width * channels` bytes, targets as many rows as `down` has
/// entries, each of `targetStride` bytes.
private struct Resampling {
  let height: Int
  let channels: Int
  /// Bytes in a row of the source and of the target.
  let sourceStride, targetStride: Int
  let across, down: ResampleWeights

  init(of image: PixelImage, to size: Extent, filter: Preprocessing.Filter) {
    height = image.height
    channels = image.channels
    sourceStride = image.width * image.channels
    targetStride = size.width * image.channels
    across = ResampleWeights(from: image.width, to: size.width, filter: filter)
    down = ResampleWeights(from: image.height, to: size.height, filter: filter)
  }

  func resampleRows(
    of source: UnsafeBufferPointer<UInt8>, into target: UnsafeMutableBufferPointer<UInt8>
  ) {
    for row in 0..<height {
      resample(source, from: row * sourceStride, into: target, at: row * targetStride)
    }
  }

  func combineRows(
    of source: UnsafeBufferPointer<UInt8>, into target: UnsafeMutableBufferPointer<UInt8>
  ) {
    withUnsafeTemporaryAllocation(of: Int32.self, capacity: targetStride) { sums in
      for index in 0..<down.first.count {
        combine(source, rows: height, index, with: sums, into: target, at: index * targetStride)
      }
    }
  }

  func combineThenResample(
    _ source: UnsafeBufferPointer<UInt8>, into target: UnsafeMutableBufferPointer<UInt8>
  ) {
    withUnsafeTemporaryAllocation(of: Int32.self, capacity: sourceStride) { sums in
      withUnsafeTemporaryAllocation(of: UInt8.self, capacity: sourceStride) { line in
        for index in 0..<down.first.count {
          combine(source, rows: height, index, with: sums, into: line, at: 0)
          resample(
            UnsafeBufferPointer(line), from: 0, into: target, at: index * targetStride)
        }
      }
    }
  }

  func resampleThenCombine(
    _ source: UnsafeBufferPointer<UInt8>, into target: UnsafeMutableBufferPointer<UInt8>
  ) {
    let ringRows = down.longest
    withUnsafeTemporaryAllocation(of: Int32.self, capacity: targetStride) { sums in
      withUnsafeTemporaryAllocation(of: UInt8.self, capacity: ringRows * targetStride) { ring in
        var next = 0
        for index in 0..<down.first.count {
          next = max(next, down.first[index])
          while next < down.first[index] + down.count(index) {
            resample(
              source, from: next * sourceStride, into: ring, at: next % ringRows * targetStride)
            next += 1
          }
          combine(
            UnsafeBufferPointer(ring), rows: ringRows, index, with: sums, into: target,
            at: index * targetStride)
        }
      }
    }
  }

  /// Resamples one row: `source` from its byte `start` into `target` from its byte `end`.
  private func resample(
    _ source: UnsafeBufferPointer<UInt8>, from start: Int,
    into target: UnsafeMutableBufferPointer<UInt8>, at end: Int
  ) {
    across.weights.withUnsafeBufferPointer { weights in
      // SAFETY: `across` names pixels within a row of the source and as many target pixels as a
      // row of the target has; callers pass starts of rows.
      for index in 0..<across.first.count {
        let window = across.starts[index]..<across.starts[index + 1]
        var from = start + across.first[index] * channels
        if channels == 1 {
          var sum = rounding
          for weight in window {
            sum &+= Int32(source[from]) &* weights[weight]
            from += 1
          }
          target[end + index] = clipped(sum)
        } else {
          var (red, green, blue) = (rounding, rounding, rounding)
          for weight in window {
            red &+= Int32(source[from]) &* weights[weight]
            green &+= Int32(source[from + 1]) &* weights[weight]
            blue &+= Int32(source[from + 2]) &* weights[weight]
            from += 3
          }
          target[end + 3 * index] = clipped(red)
          target[end + 3 * index + 1] = clipped(green)
          target[end + 3 * index + 2] = clipped(blue)
        }
      }
    }
  }

  /// Makes row `index` of `down` as a weighted sum of rows, as many bytes as `sums` holds, into
  /// `target` from its byte `end`. Row r of the image lies at row `r % rows` of `source`.
  private func combine(
    _ source: UnsafeBufferPointer<UInt8>, rows: Int, _ index: Int,
    with sums: UnsafeMutableBufferPointer<Int32>,
    into target: UnsafeMutableBufferPointer<UInt8>, at end: Int
  ) {
    sums.initialize(repeating: rounding)
    let start = down.starts[index]
    for offset in 0..<down.count(index) {
      let weight = down.weights[start + offset]
      let row = (down.first[index] + offset) % rows * sums.count
      // SAFETY: a row of `source` and of `target` has as many bytes as `sums`.
      for i in 0..<sums.count { sums[i] &+= Int32(source[row + i]) &* weight }
    }
    for i in 0..<sums.count { target[end + i] = clipped(sums[i]) }
  }
}

/// One half, in fixed point.
private let rounding = Int32(1) << (ResampleWeights.precisionBits - 1)

/// A fixed-point sum as a byte; overshoot of the filters with negative lobes is cut off.
@inline(__always)
private func clipped(_ sum: Int32) -> UInt8 {
  UInt8(truncatingIfNeeded: min(max(sum >> ResampleWeights.precisionBits, 0), 255))
}
