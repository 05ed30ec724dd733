import PneumoKernelABI

// The step that follows the sums of a tile: clamping and storing. These are separate functions
// because the compiler stops inlining into functions as large as those that compute tiles.

/// Clamps the sums of `count` pixels, and stores a block of their channels, starting at `channel`.
///
/// - Parameter output: the first pixel.
@inline(never)
func storeTile(
  _ a: ConvolutionArguments, _ sums: UnsafePointer<Float>, _ count: Int, _ channel: Int,
  _ output: UnsafeMutablePointer<Float>
) {
  store(a, sums, count, channel, output) { load($0) }
}

/// The same for the maximum of four tiles of sums.
@inline(never)
func storePooledTile(
  _ a: ConvolutionArguments, _ sums: UnsafePointer<Float>, _ count: Int, _ channel: Int,
  _ output: UnsafeMutablePointer<Float>
) {
  let tile = tilePixels &* blockChannels
  if let choices = a.choices {
    storeChoices(a, sums, count, channel, choices + (output - a.output))
  }
  store(a, sums, count, channel, output) { sum in
    let upper = larger(load(sum), load(sum + tile))
    return larger(upper, larger(load(sum + 2 &* tile), load(sum + 3 &* tile)))
  }
}

/// - Parameter result: computes a vector of results from the sums at a pointer.
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

/// Stores which of four tiles has the largest sum, as described in
/// ``ConvolutionArguments/choices``.
@inline(never)
private func storeChoices(
  _ a: ConvolutionArguments, _ sums: UnsafePointer<Float>, _ count: Int, _ channel: Int,
  _ choices: UnsafeMutablePointer<Float>
) {
  let tile = tilePixels &* blockChannels
  let low = Vector(repeating: a.low)
  let high = Vector(repeating: a.high)
  for pixel in 0..<count {
    for part in 0..<2 {
      let lane = part &* Vector.scalarCount
      let remaining = a.outputChannels &- channel &- lane
      if remaining <= 0 { break }
      let sum = sums + (pixel &* blockChannels &+ lane)
      let upper = larger(load(sum), load(sum + tile))
      let largest = larger(upper, larger(load(sum + 2 &* tile), load(sum + 3 &* tile)))
      let code = choice(sum, sum + tile, sum + 2 &* tile, sum + 3 &* tile)
      let flat = (largest .<= low) .| (largest .>= high)
      store(
        code.replacing(with: -1, where: flat),
        choices + (pixel &* a.outputPixelStride &+ channel &+ lane), first: remaining)
    }
  }
}

/// The index, 0 to 3, of the largest of four elements; of equal ones, the first.
@inline(__always)
func choice(
  _ s0: UnsafePointer<Float>, _ s1: UnsafePointer<Float>, _ s2: UnsafePointer<Float>,
  _ s3: UnsafePointer<Float>
) -> Vector {
  let (v0, v1, v2, v3) = (load(s0), load(s1), load(s2), load(s3))
  var code = Vector.zero
  var largest = v0
  code.replace(with: 1, where: v1 .> largest)
  largest = larger(largest, v1)
  code.replace(with: 2, where: v2 .> largest)
  largest = larger(largest, v2)
  code.replace(with: 3, where: v3 .> largest)
  return code
}
