import PneumoKernelABI

// What follows the sums of a tile: clamping and storing. A function of its own, because the compiler
// stops inlining where a function gets as large as one of tiles.

/// Clamps the sums of `count` pixels, and stores a block of their channels from `channel` on.
///
/// - Parameter output: the first pixel.
@inline(never)
func storeTile(
  _ a: ConvolutionArguments, _ sums: UnsafePointer<Float>, _ count: Int, _ channel: Int,
  _ output: UnsafeMutablePointer<Float>
) {
  store(a, sums, count, channel, output) { load($0) }
}

/// The same for the largest of four tiles of sums.
@inline(never)
func storePooledTile(
  _ a: ConvolutionArguments, _ sums: UnsafePointer<Float>, _ count: Int, _ channel: Int,
  _ output: UnsafeMutablePointer<Float>
) {
  let tile = tilePixels &* blockChannels
  store(a, sums, count, channel, output) { sum in
    let upper = larger(load(sum), load(sum + tile))
    return larger(upper, larger(load(sum + 2 &* tile), load(sum + 3 &* tile)))
  }
}

/// - Parameter result: the vector that comes of the sums at a pointer.
@inline(__always)
private func store(
  _ a: ConvolutionArguments, _ sums: UnsafePointer<Float>, _ count: Int, _ channel: Int,
  _ output: UnsafeMutablePointer<Float>, _ result: (UnsafePointer<Float>) -> Vector
) {
  let low = Vector(repeating: a.low)
  let high = Vector(repeating: a.high)
  let remaining = a.outputChannels &- channel
  for pixel in 0..<count {
    let sum = sums + pixel &* blockChannels
    let target = output + (pixel &* a.outputPixelStride &+ channel)
    store(smaller(larger(result(sum), low), high), target, first: remaining)
    if remaining > Vector.scalarCount {
      let other = smaller(larger(result(sum + Vector.scalarCount), low), high)
      store(other, target + Vector.scalarCount, first: remaining &- Vector.scalarCount)
    }
  }
}
