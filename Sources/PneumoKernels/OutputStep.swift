import PneumoKernelABI

// What follows the sums of a tile: pooling, clamping, storing. Functions of their own, because the
// compiler stops inlining where a function gets as large as one of tiles.

/// Clamps the sums of `count` pixels, and stores a block of their channels from `channel` on.
///
/// - Parameter output: the first pixel.
@inline(never)
func storeTile(
  _ a: ConvolutionArguments, _ sums: UnsafePointer<Float>, _ count: Int, _ channel: Int,
  _ output: UnsafeMutablePointer<Float>
) {
  let low = Vector(repeating: a.low)
  let high = Vector(repeating: a.high)
  let remaining = a.outputChannels &- channel
  for pixel in 0..<count {
    let sum = sums + pixel &* blockChannels
    let target = output + (pixel &* a.outputPixelStride &+ channel)
    let y0 = smaller(larger(load(sum), low), high)
    let y1 = smaller(larger(load(sum + Vector.scalarCount), low), high)
    storeBlock(y0, y1, target, remaining)
  }
}

/// Pools the sums of `count` pixels of each of two rows, clamps, and stores a block of their
/// channels from `channel` on.
///
/// - Parameter output: the first pixel.
@inline(never)
func storePooledTile(
  _ a: ConvolutionArguments, _ sums: UnsafePointer<Float>, _ count: Int, _ channel: Int,
  _ output: UnsafeMutablePointer<Float>
) {
  let low = Vector(repeating: a.low)
  let high = Vector(repeating: a.high)
  let remaining = a.outputChannels &- channel
  let below = count &* blockChannels
  for pixel in 0..<count &>> 1 {
    let sum = sums + 2 &* pixel &* blockChannels
    let target = output + (pixel &* a.outputPixelStride &+ channel)
    let y0 = smaller(larger(largestOfFour(sum, below), low), high)
    let y1 = smaller(larger(largestOfFour(sum + Vector.scalarCount, below), low), high)
    storeBlock(y0, y1, target, remaining)
  }
}

/// The largest of the sums of two neighbouring pixels and the two `below`.
@inline(__always)
private func largestOfFour(_ sum: UnsafePointer<Float>, _ below: Int) -> Vector {
  let first = larger(load(sum), load(sum + blockChannels))
  let second = larger(load(sum + below), load(sum + (below &+ blockChannels)))
  return larger(first, second)
}

/// Stores the `remaining` first of a block of channels.
@inline(__always)
private func storeBlock(
  _ y0: Vector, _ y1: Vector, _ output: UnsafeMutablePointer<Float>, _ remaining: Int
) {
  if remaining >= blockChannels {
    store(y0, output)
    store(y1, output + Vector.scalarCount)
  } else {
    store(y0, output, first: min(remaining, Vector.scalarCount))
    if remaining > Vector.scalarCount {
      store(y1, output + Vector.scalarCount, first: remaining &- Vector.scalarCount)
    }
  }
}
