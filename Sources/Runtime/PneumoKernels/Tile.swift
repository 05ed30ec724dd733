import PneumoKernelABI

// The inner loop of convolutions and matrix products: a tile of sums, several pixels by one block
// of output channels (two vectors), held in registers.
//
//   sums[p][o] = bias[o] + Σ_ky Σ_kx Σ_c input[p][ky][kx][c] · kernel[ky][kx][c][o]
//
// Each sum runs in exactly this order, whatever tile it is part of, so an output has the same bits
// however the work is split. The error is that of a sequential Float sum.
//
// The available tile sizes depend on the number of registers of the instruction set. Sums are named
// fields rather than arrays, and their methods are always inlined, because the compiler keeps a
// small array of vectors in memory unless it unrolls the loop over it. The types are private
// because the compiler generates helpers for types visible to tests, and the linker could share
// those helpers.

/// The largest number of pixels in a tile.
#if KERNEL_AVX512
let tilePixels = 12
#else
let tilePixels = 6
#endif

/// Computes the sums of the first pixels of a row: as many of the `remaining` as fit in a tile.
///
/// - Parameters:
///   - input: the first element that the first pixel's sum reads.
///   - kernel: the packed block of weights, in half precision if `isHalf`.
///   - sums: room for one block per pixel, and the distance between blocks.
/// - Returns: the number of pixels computed.
@inline(__always)
func sumTile(
  _ a: ConvolutionArguments, _ input: UnsafePointer<Float>, _ kernel: UnsafeRawPointer,
  _ bias: UnsafePointer<Float>, _ sums: (start: UnsafeMutablePointer<Float>, stride: Int),
  _ remaining: Int, isHalf: Bool
) -> Int {
  let step = tileStep(a)
  switch remaining {
  #if KERNEL_AVX512
  case 12...:
    sum12(a, input, input + 6 &* step, kernel, bias, sums, isHalf: isHalf)
    return 12
  case 8...:
    sum8(a, input, input + 4 &* step, kernel, bias, sums, isHalf: isHalf)
    return 8
  #endif
  case 6...:
    sum6(a, input, input + 3 &* step, kernel, bias, sums, isHalf: isHalf)
    return 6
  case 4...:
    sum4(a, input, input + 2 &* step, kernel, bias, sums, isHalf: isHalf)
    return 4
  case 2...:
    sum2(a, input, input + step, kernel, bias, sums, isHalf: isHalf)
    return 2
  default:
    // The same pixel twice: computing it once would not be faster.
    sum2(a, input, input, kernel, bias, (sums.start, 0), isHalf: isHalf)
    return 1
  }
}

/// The distance between pixels of a tile in elements. With pooling, a tile has every other pixel.
@inline(__always)
private func tileStep(_ a: ConvolutionArguments) -> Int {
  a.isPooled ? 2 &* a.strideWidth &* a.inputPixelStride : a.strideWidth &* a.inputPixelStride
}

// MARK: Tile sizes
//
// One function per size. The first half of the pixels starts at `low`, the second half at `high`.

#if KERNEL_AVX512
@inline(__always)
private func sum12(
  _ a: ConvolutionArguments, _ low: UnsafePointer<Float>, _ high: UnsafePointer<Float>,
  _ kernel: UnsafeRawPointer, _ bias: UnsafePointer<Float>,
  _ sums: (start: UnsafeMutablePointer<Float>, stride: Int), isHalf: Bool
) {
  var first = Sums6(bias)
  var second = Sums6(bias)
  let step = tileStep(a)
  forEachWeight(a, kernel, isHalf: isHalf) { offset, w0, w1 in
    first.add(low + offset, step, w0, w1)
    second.add(high + offset, step, w0, w1)
  }
  first.write(to: sums.start, sums.stride)
  second.write(to: sums.start + 6 &* sums.stride, sums.stride)
}

@inline(__always)
private func sum8(
  _ a: ConvolutionArguments, _ low: UnsafePointer<Float>, _ high: UnsafePointer<Float>,
  _ kernel: UnsafeRawPointer, _ bias: UnsafePointer<Float>,
  _ sums: (start: UnsafeMutablePointer<Float>, stride: Int), isHalf: Bool
) {
  var first = Sums4(bias)
  var second = Sums4(bias)
  let step = tileStep(a)
  forEachWeight(a, kernel, isHalf: isHalf) { offset, w0, w1 in
    first.add(low + offset, step, w0, w1)
    second.add(high + offset, step, w0, w1)
  }
  first.write(to: sums.start, sums.stride)
  second.write(to: sums.start + 4 &* sums.stride, sums.stride)
}

#endif

@inline(__always)
private func sum6(
  _ a: ConvolutionArguments, _ low: UnsafePointer<Float>, _ high: UnsafePointer<Float>,
  _ kernel: UnsafeRawPointer, _ bias: UnsafePointer<Float>,
  _ sums: (start: UnsafeMutablePointer<Float>, stride: Int), isHalf: Bool
) {
  var first = Sums3(bias)
  var second = Sums3(bias)
  let step = tileStep(a)
  forEachWeight(a, kernel, isHalf: isHalf) { offset, w0, w1 in
    first.add(low + offset, step, w0, w1)
    second.add(high + offset, step, w0, w1)
  }
  first.write(to: sums.start, sums.stride)
  second.write(to: sums.start + 3 &* sums.stride, sums.stride)
}

@inline(__always)
private func sum4(
  _ a: ConvolutionArguments, _ low: UnsafePointer<Float>, _ high: UnsafePointer<Float>,
  _ kernel: UnsafeRawPointer, _ bias: UnsafePointer<Float>,
  _ sums: (start: UnsafeMutablePointer<Float>, stride: Int), isHalf: Bool
) {
  var first = Sums2(bias)
  var second = Sums2(bias)
  let step = tileStep(a)
  forEachWeight(a, kernel, isHalf: isHalf) { offset, w0, w1 in
    first.add(low + offset, step, w0, w1)
    second.add(high + offset, step, w0, w1)
  }
  first.write(to: sums.start, sums.stride)
  second.write(to: sums.start + 2 &* sums.stride, sums.stride)
}

@inline(__always)
private func sum2(
  _ a: ConvolutionArguments, _ low: UnsafePointer<Float>, _ high: UnsafePointer<Float>,
  _ kernel: UnsafeRawPointer, _ bias: UnsafePointer<Float>,
  _ sums: (start: UnsafeMutablePointer<Float>, stride: Int), isHalf: Bool
) {
  var first = Sums1(bias)
  var second = Sums1(bias)
  let step = tileStep(a)
  forEachWeight(a, kernel, isHalf: isHalf) { offset, w0, w1 in
    first.add(low + offset, step, w0, w1)
    second.add(high + offset, step, w0, w1)
  }
  first.write(to: sums.start, sums.stride)
  second.write(to: sums.start + 1 &* sums.stride, sums.stride)
}

/// Calls `body` with each input offset and the block of weights for it, in the order of the sum.
@inline(__always)
private func forEachWeight(
  _ a: ConvolutionArguments, _ kernel: UnsafeRawPointer, isHalf: Bool,
  _ body: (_ offset: Int, _ w0: Vector, _ w1: Vector) -> Void
) {
  var floats = kernel.assumingMemoryBound(to: Float.self)
  var halves = kernel.assumingMemoryBound(to: Float16.self)
  var row = 0
  for _ in 0..<a.kernelHeight {
    var pixel = row
    for _ in 0..<a.kernelWidth {
      for c in 0..<a.inputChannels {
        if isHalf {
          body(pixel &+ c, load(halves), load(halves + Vector.scalarCount))
          halves += blockChannels
        } else {
          body(pixel &+ c, load(floats), load(floats + Vector.scalarCount))
          floats += blockChannels
        }
      }
      pixel &+= a.dilationWidth &* a.inputPixelStride
    }
    row &+= a.dilationHeight &* a.inputRowStride
  }
}

// MARK: Sums of outer products

/// `sums[r][o] += Σ_n a[n][r] · b[n][o]` for the first of the `remaining` rows, as many as fit in a
/// tile.
///
/// - Returns: the number of rows computed.
@inline(__always)
func addOuterTile(
  _ p: OuterProductArguments, _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>,
  _ sums: UnsafeMutablePointer<Float>, _ zeros: UnsafePointer<Float>, _ remaining: Int
) -> Int {
  switch remaining {
  #if KERNEL_AVX512
  case 12...:
    var first = Sums6(zeros)
    var second = Sums6(zeros)
    forEachProduct(p, a, b) { x, w0, w1 in
      first.add(x, 1, w0, w1)
      second.add(x + 6, 1, w0, w1)
    }
    first.add(to: sums, p.sumStride)
    second.add(to: sums + 6 &* p.sumStride, p.sumStride)
    return 12
  case 9...:
    var first = Sums6(zeros)
    var second = Sums3(zeros)
    forEachProduct(p, a, b) { x, w0, w1 in
      first.add(x, 1, w0, w1)
      second.add(x + 6, 1, w0, w1)
    }
    first.add(to: sums, p.sumStride)
    second.add(to: sums + 6 &* p.sumStride, p.sumStride)
    return 9
  case 8...:
    var first = Sums4(zeros)
    var second = Sums4(zeros)
    forEachProduct(p, a, b) { x, w0, w1 in
      first.add(x, 1, w0, w1)
      second.add(x + 4, 1, w0, w1)
    }
    first.add(to: sums, p.sumStride)
    second.add(to: sums + 4 &* p.sumStride, p.sumStride)
    return 8
  #endif
  case 6...:
    var first = Sums3(zeros)
    var second = Sums3(zeros)
    forEachProduct(p, a, b) { x, w0, w1 in
      first.add(x, 1, w0, w1)
      second.add(x + 3, 1, w0, w1)
    }
    first.add(to: sums, p.sumStride)
    second.add(to: sums + 3 &* p.sumStride, p.sumStride)
    return 6
  case 3...:
    var tile = Sums3(zeros)
    forEachProduct(p, a, b) { x, w0, w1 in tile.add(x, 1, w0, w1) }
    tile.add(to: sums, p.sumStride)
    return 3
  default:
    var tile = Sums1(zeros)
    forEachProduct(p, a, b) { x, w0, w1 in tile.add(x, 1, w0, w1) }
    tile.add(to: sums, p.sumStride)
    return 1
  }
}

/// Calls `body` with the elements of each `a[n]` and a block of `b[n]`.
@inline(__always)
private func forEachProduct(
  _ p: OuterProductArguments, _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>,
  _ body: (_ x: UnsafePointer<Float>, _ w0: Vector, _ w1: Vector) -> Void
) {
  var (x, w) = (a, b)
  for _ in 0..<p.count {
    body(x, load(w), load(w + Vector.scalarCount))
    x += p.aStride
    w += p.bStride
  }
}

// MARK: Sums of pixels that are `step` elements apart in the input

/// One pixel.
private struct Sums1 {
  var a0: Vector, a1: Vector

  @inline(__always)
  init(_ bias: UnsafePointer<Float>) {
    a0 = load(bias)
    a1 = load(bias + Vector.scalarCount)
  }

  /// Adds input times weights.
  @inline(__always)
  mutating func add(_ input: UnsafePointer<Float>, _ step: Int, _ w0: Vector, _ w1: Vector) {
    let x = Vector(repeating: input.pointee)
    a0 = multiplyAdd(a0, x, w0)
    a1 = multiplyAdd(a1, x, w1)
  }

  /// Stores one block per pixel, `stride` elements apart.
  @inline(__always)
  func write(to sums: UnsafeMutablePointer<Float>, _ stride: Int) {
    store(a0, sums)
    store(a1, sums + Vector.scalarCount)
  }

  /// Adds the sums to the blocks already there.
  @inline(__always)
  func add(to sums: UnsafeMutablePointer<Float>, _ stride: Int) {
    store(load(sums) + a0, sums)
    store(load(sums + Vector.scalarCount) + a1, sums + Vector.scalarCount)
  }
}

/// Two pixels.
private struct Sums2 {
  var low: Sums1, high: Sums1

  @inline(__always)
  init(_ bias: UnsafePointer<Float>) {
    low = Sums1(bias)
    high = Sums1(bias)
  }

  @inline(__always)
  mutating func add(_ input: UnsafePointer<Float>, _ step: Int, _ w0: Vector, _ w1: Vector) {
    low.add(input, step, w0, w1)
    high.add(input + step, step, w0, w1)
  }

  @inline(__always)
  func write(to sums: UnsafeMutablePointer<Float>, _ stride: Int) {
    low.write(to: sums, stride)
    high.write(to: sums + stride, stride)
  }

  @inline(__always)
  func add(to sums: UnsafeMutablePointer<Float>, _ stride: Int) {
    low.add(to: sums, stride)
    high.add(to: sums + stride, stride)
  }
}

/// Three pixels.
private struct Sums3 {
  var low: Sums2, high: Sums1

  @inline(__always)
  init(_ bias: UnsafePointer<Float>) {
    low = Sums2(bias)
    high = Sums1(bias)
  }

  @inline(__always)
  mutating func add(_ input: UnsafePointer<Float>, _ step: Int, _ w0: Vector, _ w1: Vector) {
    low.add(input, step, w0, w1)
    high.add(input + 2 &* step, step, w0, w1)
  }

  @inline(__always)
  func write(to sums: UnsafeMutablePointer<Float>, _ stride: Int) {
    low.write(to: sums, stride)
    high.write(to: sums + 2 &* stride, stride)
  }

  @inline(__always)
  func add(to sums: UnsafeMutablePointer<Float>, _ stride: Int) {
    low.add(to: sums, stride)
    high.add(to: sums + 2 &* stride, stride)
  }
}

#if KERNEL_AVX512
/// Four pixels.
private struct Sums4 {
  var low: Sums2, high: Sums2

  @inline(__always)
  init(_ bias: UnsafePointer<Float>) {
    low = Sums2(bias)
    high = Sums2(bias)
  }

  @inline(__always)
  mutating func add(_ input: UnsafePointer<Float>, _ step: Int, _ w0: Vector, _ w1: Vector) {
    low.add(input, step, w0, w1)
    high.add(input + 2 &* step, step, w0, w1)
  }

  @inline(__always)
  func write(to sums: UnsafeMutablePointer<Float>, _ stride: Int) {
    low.write(to: sums, stride)
    high.write(to: sums + 2 &* stride, stride)
  }

  @inline(__always)
  func add(to sums: UnsafeMutablePointer<Float>, _ stride: Int) {
    low.add(to: sums, stride)
    high.add(to: sums + 2 &* stride, stride)
  }
}

/// Six pixels.
private struct Sums6 {
  var low: Sums3, high: Sums3

  @inline(__always)
  init(_ bias: UnsafePointer<Float>) {
    low = Sums3(bias)
    high = Sums3(bias)
  }

  @inline(__always)
  mutating func add(_ input: UnsafePointer<Float>, _ step: Int, _ w0: Vector, _ w1: Vector) {
    low.add(input, step, w0, w1)
    high.add(input + 3 &* step, step, w0, w1)
  }

  @inline(__always)
  func write(to sums: UnsafeMutablePointer<Float>, _ stride: Int) {
    low.write(to: sums, stride)
    high.write(to: sums + 3 &* stride, stride)
  }

  @inline(__always)
  func add(to sums: UnsafeMutablePointer<Float>, _ stride: Int) {
    low.add(to: sums, stride)
    high.add(to: sums + 3 &* stride, stride)
  }
}
#endif
