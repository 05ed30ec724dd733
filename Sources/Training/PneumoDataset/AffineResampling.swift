import PneumoModel

/// An image under an affine map, to the bit what `scipy.ndimage.affine_transform` gives for each
/// channel with `order=1, mode="nearest"` (`ni_interpolation.c`, `NI_GeometricTransform`).
///
/// A pixel (i, j) of the result lies at row `i * first.0 + j * first.1 + first.2` of the source, its
/// column likewise, moved to the nearest place within; the value there is the sum of the four pixels
/// around it times their weights. All in Double, each operation rounded for itself, in that order.
///
/// - Parameters:
///   - source: `height * width * channels` bytes, channels last.
///   - flips: whether the columns of the result are reversed.
///   - target: room for as many floats.
func resample(
  _ source: UnsafePointer<UInt8>, size: Extent, channels: Int, by map: AffineMap, flips: Bool,
  into target: UnsafeMutablePointer<Float>
) {
  // Two calls of one loop, so that the compiler knows the number of channels.
  if channels == 1 {
    resamplePixels(source, size, channels: 1, map, flips, target)
  } else {
    resamplePixels(source, size, channels: 3, map, flips, target)
  }
}

/// The two pixels on either side of a coordinate along one axis.
private struct Taps {
  /// Offsets in elements.
  let near: Int
  let far: Int
  let nearWeight: Double
  let farWeight: Double

  /// - Parameters:
  ///   - last: the greatest pixel of the axis.
  ///   - stride: elements from a pixel to the next.
  @inline(__always)
  init(at coordinate: Double, last: Int, stride: Int) {
    let limit = Double(last)
    // Not a number becomes 0 as well.
    let place = coordinate > 0 ? (coordinate < limit ? coordinate : limit) : 0
    let pixel = Int32(place)
    let fraction = place - Double(pixel)
    near = Int(pixel) * stride
    // Beyond the last pixel the weight is 0, and any pixel will do.
    far = near + (Int(pixel) < last ? stride : 0)
    nearWeight = 1 - fraction
    farWeight = 1 - nearWeight
  }
}

@inline(__always)
private func resamplePixels(
  _ source: UnsafePointer<UInt8>, _ size: Extent, channels: Int, _ map: AffineMap, _ flips: Bool,
  _ target: UnsafeMutablePointer<Float>
) {
  let (height, width) = (size.height, size.width)
  let (rowStep, columnStep) = (width * channels, channels)
  let rowsAreStraight = map.first.1 == 0
  let columnsAreStraight = map.second.0 == 0
  withUnsafeTemporaryAllocation(of: Taps.self, capacity: width) { columns in
    // SAFETY: `columns` has `width` elements; all offsets of taps lie within the source, and
    // `pixel` counts the `height * width * channels` elements of the target.
    for j in 0..<width {
      columns[j] = Taps(
        at: Double(j) * map.second.1 + map.second.2, last: width - 1, stride: columnStep)
    }
    for i in 0..<height {
      let rowStart = Double(i) * map.first.0
      let columnStart = Double(i) * map.second.0
      let straightRow = Taps(at: rowStart + map.first.2, last: height - 1, stride: rowStep)
      var pixel = i * rowStep + (flips ? rowStep - channels : 0)
      for j in 0..<width {
        let row =
          rowsAreStraight
          ? straightRow
          : Taps(
            at: rowStart + Double(j) * map.first.1 + map.first.2, last: height - 1,
            stride: rowStep)
        let column =
          columnsAreStraight
          ? columns[j]
          : Taps(
            at: columnStart + Double(j) * map.second.1 + map.second.2, last: width - 1,
            stride: columnStep)
        for channel in 0..<channels {
          let pixels = source + channel
          var sum = Double(pixels[row.near + column.near]) * row.nearWeight * column.nearWeight
          sum += Double(pixels[row.near + column.far]) * row.nearWeight * column.farWeight
          sum += Double(pixels[row.far + column.near]) * row.farWeight * column.nearWeight
          sum += Double(pixels[row.far + column.far]) * row.farWeight * column.farWeight
          target[pixel + channel] = Float(sum)
        }
        pixel += flips ? -channels : channels
      }
    }
    columns.deinitialize()
  }
}
