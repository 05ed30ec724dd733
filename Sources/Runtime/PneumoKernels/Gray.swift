/// Copies the first channel of each pixel. Returns whether all channels of every pixel have the
/// same bits.
///
/// Stops at the first stretch of pixels where they differ; the rest of `output` is left unchanged.
func extractGray(
  _ input: UnsafePointer<Float>, _ channels: Int, _ output: UnsafeMutablePointer<Float>,
  _ pixels: Int
) -> Bool {
  var first = 0
  // SAFETY: all indices are in 0..<pixels.
  while first < pixels {
    let count = min(64, pixels &- first)
    let stretch = input + first &* channels
    // With a constant number of channels, the compiler vectorizes the loop.
    let difference =
      channels == 3
      ? copyFirst(stretch, 3, output + first, count)
      : copyFirst(stretch, channels, output + first, count)
    if difference != 0 { return false }
    first &+= count
  }
  return true
}

/// Copies the first channel of each pixel. Returns the bits in which any other channel differs from
/// it.
@inline(__always)
private func copyFirst(
  _ input: UnsafePointer<Float>, _ channels: Int, _ output: UnsafeMutablePointer<Float>,
  _ pixels: Int
) -> UInt32 {
  var difference: UInt32 = 0
  for pixel in 0..<pixels {
    let values = input + pixel &* channels
    let bits = values[0].bitPattern
    for channel in 1..<channels { difference |= bits ^ values[channel].bitPattern }
    output[pixel] = values[0]
  }
  return difference
}
