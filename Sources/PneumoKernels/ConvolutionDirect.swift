import PneumoKernelABI

// output[y][x][o] = clamp(bias[o] + Σ_ky Σ_kx Σ_c input[y·s + ky·d][x·s + kx·d][c] · kernel[ky][kx][c][o])
//
// The sum runs in exactly this order for each output, whatever tile it is part of, so an output has
// the same bits at every place of every split of the work. Error: that of a sequential Float sum.

/// Output rows `firstRow..<endRow`, all channels.
func convolveDirect(
  _ arguments: UnsafePointer<ConvolutionArguments>, _ firstRow: Int, _ endRow: Int
) {
  let a = arguments.pointee
  let blockSize = a.kernelHeight &* a.kernelWidth &* a.inputChannels &* blockChannels
  var channel = 0
  var kernel = a.kernel
  // SAFETY: pixels are 0..<outputWidth, channels 0..<outputChannels, rows as the caller checked.
  while channel < a.outputChannels {
    var row = firstRow
    while row < endRow {
      let input = a.input + row &* a.strideHeight &* a.inputRowStride
      let output = a.output + (row &* a.outputRowStride &+ channel)
      if a.outputWidth < Sums.pixels {
        for x in 0..<a.outputWidth {
          convolvePixel(a, input, kernel, output, x, channel)
        }
      } else {
        var x = 0
        while true {
          convolveTile(a, input, kernel, output, x, channel)
          if x &+ Sums.pixels >= a.outputWidth { break }
          // The last tile overlaps the one before rather than hang over the end of the row.
          x = min(x &+ Sums.pixels, a.outputWidth &- Sums.pixels)
        }
      }
      row &+= 1
    }
    channel &+= blockChannels
    kernel += blockSize
  }
}

/// A tile of outputs from `x` on, of one block of channels.
@inline(__always)
private func convolveTile(
  _ a: ConvolutionArguments, _ input: UnsafePointer<Float>, _ kernel: UnsafePointer<Float>,
  _ output: UnsafeMutablePointer<Float>, _ x: Int, _ channel: Int
) {
  let bias0 = load(a.bias + channel)
  let bias1 = load(a.bias + (channel &+ Vector.scalarCount))
  var sums = Sums(bias0, bias1)
  let step = a.strideWidth &* a.inputPixelStride
  let origin = input + x &* step
  var weights = kernel
  for ky in 0..<a.kernelHeight {
    for kx in 0..<a.kernelWidth {
      let offset =
        ky &* a.dilationHeight &* a.inputRowStride &+ kx &* a.dilationWidth &* a.inputPixelStride
      let pixel = origin + offset
      for c in 0..<a.inputChannels {
        sums.add(pixel + c, step, load(weights), load(weights + Vector.scalarCount))
        weights += blockChannels
      }
    }
  }
  sums.forEach(from: x) { x, sum0, sum1 in
    let pixel = output + x &* a.outputPixelStride
    storeBlock(a, sum0, sum1, pixel, a.outputChannels &- channel)
  }
}

/// The output at `x`, of one block of channels.
@inline(__always)
private func convolvePixel(
  _ a: ConvolutionArguments, _ input: UnsafePointer<Float>, _ kernel: UnsafePointer<Float>,
  _ output: UnsafeMutablePointer<Float>, _ x: Int, _ channel: Int
) {
  var sum0 = load(a.bias + channel)
  var sum1 = load(a.bias + (channel &+ Vector.scalarCount))
  let origin = input + x &* a.strideWidth &* a.inputPixelStride
  var weights = kernel
  for ky in 0..<a.kernelHeight {
    for kx in 0..<a.kernelWidth {
      let offset =
        ky &* a.dilationHeight &* a.inputRowStride &+ kx &* a.dilationWidth &* a.inputPixelStride
      let pixel = origin + offset
      for c in 0..<a.inputChannels {
        let value = Vector(repeating: pixel[c])
        sum0 = multiplyAdd(sum0, value, load(weights))
        sum1 = multiplyAdd(sum1, value, load(weights + Vector.scalarCount))
        weights += blockChannels
      }
    }
  }
  let pixel = output + x &* a.outputPixelStride
  storeBlock(a, sum0, sum1, pixel, a.outputChannels &- channel)
}

/// Clamps two vectors of channels and stores the `remaining` first of them.
@inline(__always)
private func storeBlock(
  _ a: ConvolutionArguments, _ sum0: Vector, _ sum1: Vector,
  _ pixel: UnsafeMutablePointer<Float>, _ remaining: Int
) {
  let low = Vector(repeating: a.low)
  let high = Vector(repeating: a.high)
  let y0 = clamp(sum0, low, high)
  let y1 = clamp(sum1, low, high)
  if remaining >= blockChannels {
    store(y0, pixel)
    store(y1, pixel + Vector.scalarCount)
  } else {
    for lane in 0..<min(remaining, Vector.scalarCount) { pixel[lane] = y0[lane] }
    if remaining > Vector.scalarCount {
      for lane in 0..<(remaining &- Vector.scalarCount) {
        pixel[Vector.scalarCount &+ lane] = y1[lane]
      }
    }
  }
}

/// Packs a matrix for ``convolveDirect(_:_:_:)``.
func packBlocks(_ arguments: UnsafePointer<PackingArguments>) {
  let a = arguments.pointee
  var output = a.output
  var column = 0
  // SAFETY: the output holds whole blocks; columns beyond the last are zeros, not read.
  while column < a.columns {
    let count = min(blockChannels, a.columns &- column)
    for row in 0..<a.rows {
      let input = a.input + (row &* a.rowStride &+ column)
      for lane in 0..<count { output[lane] = input[lane] }
      for lane in count..<blockChannels { output[lane] = 0 }
      output += blockChannels
    }
    column &+= blockChannels
  }
}

// MARK: The sums of a tile of outputs: pixels by two vectors of channels, held in registers.
//
// Named fields instead of an array, and methods that are always inlined, because the compiler
// keeps a small array of vectors in memory where it does not unroll the loop over it. Private,
// because the linker would share helpers that the compiler makes for types that tests can see.

#if KERNEL_AVX512
/// Twelve pixels by two vectors, of 32 registers.
private typealias Sums = Sums12
#else
/// Six pixels by two vectors, of 16 registers.
private typealias Sums = Sums6
#endif

/// Three pixels.
private struct Sums3 {
  static let pixels = 3
  var a0: Vector, a1: Vector, b0: Vector, b1: Vector, c0: Vector, c1: Vector

  @inline(__always)
  init(_ bias0: Vector, _ bias1: Vector) {
    a0 = bias0
    a1 = bias1
    b0 = bias0
    b1 = bias1
    c0 = bias0
    c1 = bias1
  }

  /// Adds input times weights; the inputs of neighbouring pixels are `step` apart.
  @inline(__always)
  mutating func add(_ input: UnsafePointer<Float>, _ step: Int, _ w0: Vector, _ w1: Vector) {
    let a = Vector(repeating: input[0])
    a0 = multiplyAdd(a0, a, w0)
    a1 = multiplyAdd(a1, a, w1)
    let b = Vector(repeating: input[step])
    b0 = multiplyAdd(b0, b, w0)
    b1 = multiplyAdd(b1, b, w1)
    let c = Vector(repeating: input[2 &* step])
    c0 = multiplyAdd(c0, c, w0)
    c1 = multiplyAdd(c1, c, w1)
  }

  /// Passes the two vectors of each pixel to `store`, with the number of the pixel from `first` on.
  @inline(__always)
  func forEach(from first: Int, _ store: (Int, Vector, Vector) -> Void) {
    store(first, a0, a1)
    store(first &+ 1, b0, b1)
    store(first &+ 2, c0, c1)
  }
}

/// Six pixels.
private struct Sums6 {
  static let pixels = 6
  var low: Sums3, high: Sums3

  @inline(__always)
  init(_ bias0: Vector, _ bias1: Vector) {
    low = Sums3(bias0, bias1)
    high = Sums3(bias0, bias1)
  }

  @inline(__always)
  mutating func add(_ input: UnsafePointer<Float>, _ step: Int, _ w0: Vector, _ w1: Vector) {
    low.add(input, step, w0, w1)
    high.add(input + 3 &* step, step, w0, w1)
  }

  @inline(__always)
  func forEach(from first: Int, _ store: (Int, Vector, Vector) -> Void) {
    low.forEach(from: first, store)
    high.forEach(from: first &+ 3, store)
  }
}

/// Twelve pixels.
private struct Sums12 {
  static let pixels = 12
  var low: Sums6, high: Sums6

  @inline(__always)
  init(_ bias0: Vector, _ bias1: Vector) {
    low = Sums6(bias0, bias1)
    high = Sums6(bias0, bias1)
  }

  @inline(__always)
  mutating func add(_ input: UnsafePointer<Float>, _ step: Int, _ w0: Vector, _ w1: Vector) {
    low.add(input, step, w0, w1)
    high.add(input + 6 &* step, step, w0, w1)
  }

  @inline(__always)
  func forEach(from first: Int, _ store: (Int, Vector, Vector) -> Void) {
    low.forEach(from: first, store)
    high.forEach(from: first &+ 6, store)
  }
}
