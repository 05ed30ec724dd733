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

/// The same for the largest of four tiles of sums.
@inline(never)
func storePooledTile(
  _ a: ConvolutionArguments, _ sums: UnsafePointer<Float>, _ count: Int, _ channel: Int,
  _ output: UnsafeMutablePointer<Float>
) {
  let low = Vector(repeating: a.low)
  let high = Vector(repeating: a.high)
  let remaining = a.outputChannels &- channel
  for pixel in 0..<count {
    let sum = sums + pixel &* blockChannels
    let target = output + (pixel &* a.outputPixelStride &+ channel)
    let y0 = smaller(larger(largestOfFour(sum), low), high)
    let y1 = smaller(larger(largestOfFour(sum + Vector.scalarCount), low), high)
    storeBlock(y0, y1, target, remaining)
  }
}

@inline(__always)
private func largestOfFour(_ sum: UnsafePointer<Float>) -> Vector {
  let tile = tilePixels &* blockChannels
  let upper = larger(load(sum), load(sum + tile))
  return larger(upper, larger(load(sum + 2 &* tile), load(sum + 3 &* tile)))
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
