/// Copies the first channel of each pixel; answers whether all channels of each have the same bits.
///
/// Stops at the first stretch that has others, and leaves the rest of `output` as it was.
func extractGray(
  _ input: UnsafePointer<Float>, _ channels: Int, _ output: UnsafeMutablePointer<Float>,
  _ pixels: Int
) -> Bool {
  var first = 0
  // SAFETY: pixels are 0..<pixels.
  while first < pixels {
    let count = min(64, pixels &- first)
    let stretch = input + first &* channels
    // A number that the compiler knows makes vectors of the loop.
    let difference =
      channels == 3
      ? copyFirst(stretch, 3, output + first, count)
      : copyFirst(stretch, channels, output + first, count)
    if difference != 0 { return false }
    first &+= count
  }
  return true
}

/// Copies the first channel of each pixel; answers the bits in which others differ from it.
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
