import PneumoModel

// Separable resampling, as Pillow's `Resample.c` for 8-bit images: rows first, then columns, each
// only where the size changes, each rounded to a byte:
//   out = clip((2^(p-1) + sum weight * pixel) >> p),  p = ResampleWeights.precisionBits
// Pillow resamples all rows, then all columns. Here the rows that one row of the result needs are
// resampled into a ring just before, which gives the same bytes and stays in the cache.

extension PixelImage {

  func resampled(to size: Extent, filter: Preprocessing.Filter) -> PixelImage {
    let across =
      size.width == width ? nil : ResampleWeights(from: width, to: size.width, filter: filter)
    let down =
      size.height == height ? nil : ResampleWeights(from: height, to: size.height, filter: filter)
    let rowCount = size.width * channels
    return PixelImage(width: size.width, height: size.height, channels: channels) { target in
      pixels.withUnsafeBufferPointer { source in
        guard let down else {
          if let across {
            for row in 0..<height {
              resampleRow(
                source, from: row * width * channels, into: target, at: row * rowCount,
                across, channels: channels)
            }
          }
          return
        }
        guard let across else {
          combineRows(source, rows: height, into: target, down, rowCount: rowCount) { _ in }
          return
        }
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: down.longest * rowCount) { ring in
          combineRows(
            UnsafeBufferPointer(ring), rows: down.longest, into: target, down, rowCount: rowCount
          ) { row in
            resampleRow(
              source, from: row * width * channels, into: ring,
              at: row % down.longest * rowCount, across, channels: channels)
          }
        }
      }
    }
  }
}

/// One row of `source`, from its byte `start`, resampled into `target` from its byte `end`.
private func resampleRow(
  _ source: UnsafeBufferPointer<UInt8>, from start: Int,
  into target: UnsafeMutableBufferPointer<UInt8>, at end: Int,
  _ plan: ResampleWeights, channels: Int
) {
  let rounding = Int32(1) << (ResampleWeights.precisionBits - 1)
  plan.weights.withUnsafeBufferPointer { weights in
    // SAFETY: `plan` names source pixels within a row and as many target pixels as a row has.
    for index in 0..<plan.first.count {
      let window = plan.starts[index]..<plan.starts[index + 1]
      var from = start + plan.first[index] * channels
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

/// Every row of `target` as a weighted sum of rows of `source`.
///
/// Source row r lies at row `r % rows` of `source`; `prepare` is called once for each row that is
/// needed, in order, before it is read.
private func combineRows(
  _ source: UnsafeBufferPointer<UInt8>, rows: Int,
  into target: UnsafeMutableBufferPointer<UInt8>,
  _ plan: ResampleWeights, rowCount: Int, prepare: (Int) -> Void
) {
  let rounding = Int32(1) << (ResampleWeights.precisionBits - 1)
  withUnsafeTemporaryAllocation(of: Int32.self, capacity: rowCount) { sums in
    var prepared = 0
    for index in 0..<plan.first.count {
      let first = plan.first[index]
      let window = plan.starts[index]..<plan.starts[index + 1]
      prepared = max(prepared, first)
      while prepared < first + window.count {
        prepare(prepared)
        prepared += 1
      }
      sums.initialize(repeating: rounding)
      // SAFETY: `row` starts a row of `source`; `sums` and a row of `target` hold `rowCount`.
      for (offset, weight) in plan.weights[window].enumerated() {
        let row = (first + offset) % rows * rowCount
        for i in 0..<rowCount { sums[i] &+= Int32(source[row + i]) &* weight }
      }
      for i in 0..<rowCount { target[index * rowCount + i] = clipped(sums[i]) }
    }
  }
}

/// A fixed-point sum as a byte; overshoot of the filters with negative lobes is cut off.
@inline(__always)
private func clipped(_ sum: Int32) -> UInt8 {
  UInt8(truncatingIfNeeded: min(max(sum >> ResampleWeights.precisionBits, 0), 255))
}
