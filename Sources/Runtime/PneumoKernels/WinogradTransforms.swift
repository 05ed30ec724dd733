// The three transforms of Winograd's minimal filtering along one axis, for kernels of size 3:
//
//   outputs = Aᵀ · [ (G · kernel) ⊙ (Bᵀ · inputs) ]
//
// A. Lavin, S. Gray: Fast Algorithms for Convolutional Neural Networks, CVPR 2016. The
// interpolation points are 0, ±1, ∞ for F(2, 3); 0, ±√½, ±√2, ∞ for F(4, 3), which gives a quarter
// of the error of the usual ±1, ±2; and 0, ±1, ±2, ±1/2, ∞ for F(6, 3).
//
//   F(2, 3)   Bᵀ =  1  0 -1  0     G =  1    0    0      Aᵀ = 1  1  1  0
//                   0  1  1  0         1/2  1/2  1/2          0  1 -1  1
//                   0 -1  1  0         1/2 -1/2  1/2
//                   0 -1  0  1          0    0    1
//
//   F(4, 3)   Bᵀ =  1   0  -5/2   0   1  0    G =   1    0    0     Aᵀ = 1   1   1    1    1   0
//   a = √½          0  -2a  -2    a   1  0        -2/3 -2a/3 -1/3         0   a  -a    b   -b   0
//   b = √2          0   2a  -2   -a   1  0        -2/3  2a/3 -1/3         0   ½   ½    2    2   0
//                   0  -b/2 -½    b   1  0         1/6  b/6   1/3         0  a/2 -a/2  2b  -2b  1
//                   0   b/2 -½   -b   1  0         1/6 -b/6   1/3
//                   0   1    0  -5/2  0  1          0    0     1
//
//   F(6, 3)   Bᵀ =  1    0  -21/4    0    21/4    0   -1  0    G =   1      0     0
//                   0    1    1   -17/4  -17/4    1    1  0        -2/9   -2/9  -2/9
//                   0   -1    1    17/4  -17/4   -1    1  0        -2/9    2/9  -2/9
//                   0   1/2  1/4   -5/2   -5/4    2    1  0        1/90   1/45  2/45
//                   0  -1/2  1/4    5/2   -5/4   -2    1  0        1/90  -1/45  2/45
//                   0    2    4    -5/2    -5    1/2   1  0       32/45  16/45  8/45
//                   0   -2    4     5/2    -5   -1/2   1  0       32/45 -16/45  8/45
//                   0   -1    0    21/4     0  -21/4   0  1          0      0     1
//
//             Aᵀ =  1  1  1   1   1    1     1    0
//                   0  1 -1   2  -2   1/2  -1/2   0
//                   0  1  1   4   4   1/4   1/4   0
//                   0  1 -1   8  -8   1/8  -1/8   0
//                   0  1  1  16  16  1/16  1/16   0
//                   0  1 -1  32 -32  1/32 -1/32   1
//
// Each function reads vectors that are `step` elements apart, and writes vectors that are
// `outputStep` apart. SAFETY: callers provide as many input vectors as the matrix has columns, and
// room for as many output vectors as it has rows.

/// Computes `Bᵀ · input` for tiles of `tileSize`.
@inline(__always)
func transformInput(
  _ tileSize: Int, _ input: UnsafePointer<Float>, _ step: Int,
  _ output: UnsafeMutablePointer<Float>, _ outputStep: Int
) {
  let d0 = load(input)
  let d1 = load(input + step)
  let d2 = load(input + 2 &* step)
  let d3 = load(input + 3 &* step)
  if tileSize == 2 {
    store(d0 - d2, output)
    store(d1 + d2, output + outputStep)
    store(d2 - d1, output + 2 &* outputStep)
    store(d3 - d1, output + 3 &* outputStep)
    return
  }
  let d4 = load(input + 4 &* step)
  let d5 = load(input + 5 &* step)
  if tileSize == 4 {
    let a = times(d2, -2, plus: d4)
    let b = times(d1, -2, plus: d3)
    let c = times(d2, -0.5, plus: d4)
    let d = times(d1, -0.5, plus: d3)
    store(times(d2, -2.5, plus: d0 + d4), output)
    store(times(b, rootOfHalf, plus: a), output + outputStep)
    store(times(b, -rootOfHalf, plus: a), output + 2 &* outputStep)
    store(times(d, rootOfTwo, plus: c), output + 3 &* outputStep)
    store(times(d, -rootOfTwo, plus: c), output + 4 &* outputStep)
    store(times(d3, -2.5, plus: d1 + d5), output + 5 &* outputStep)
    return
  }
  let d6 = load(input + 6 &* step)
  let d7 = load(input + 7 &* step)
  let a = times(d4, -4.25, plus: d2 + d6)
  let b = times(d3, -4.25, plus: d1 + d5)
  let c = times(d4, -1.25, plus: times(d2, 0.25, plus: d6))
  let d = times(d3, -1.25, plus: times(d1, 0.25, plus: d5))
  let e = times(d4, -5, plus: times(d2, 4, plus: d6))
  let f = times(d3, -5, plus: times(d1, 4, plus: d5))
  store(times(d4 - d2, 5.25, plus: d0 - d6), output)
  store(a + b, output + outputStep)
  store(a - b, output + 2 &* outputStep)
  store(times(d, 2, plus: c), output + 3 &* outputStep)
  store(times(d, -2, plus: c), output + 4 &* outputStep)
  store(times(f, 0.5, plus: e), output + 5 &* outputStep)
  store(times(f, -0.5, plus: e), output + 6 &* outputStep)
  store(times(d3 - d5, 5.25, plus: d7 - d1), output + 7 &* outputStep)
}

/// Computes `G · input` for tiles of `tileSize`.
@inline(__always)
func transformKernel(
  _ tileSize: Int, _ input: UnsafePointer<Float>, _ step: Int,
  _ output: UnsafeMutablePointer<Float>, _ outputStep: Int
) {
  let g0 = load(input)
  let g1 = load(input + step)
  let g2 = load(input + 2 &* step)
  if tileSize == 2 {
    let a = (g0 + g2) * Vector(repeating: 0.5)
    store(g0, output)
    store(times(g1, 0.5, plus: a), output + outputStep)
    store(times(g1, -0.5, plus: a), output + 2 &* outputStep)
    store(g2, output + 3 &* outputStep)
    return
  }
  if tileSize == 4 {
    let a = times(g0, -2 / 3, plus: g2 * Vector(repeating: -1 / 3))
    let b = times(g0, 1 / 6, plus: g2 * Vector(repeating: 1 / 3))
    store(g0, output)
    store(times(g1, -2 / 3 * rootOfHalf, plus: a), output + outputStep)
    store(times(g1, 2 / 3 * rootOfHalf, plus: a), output + 2 &* outputStep)
    store(times(g1, rootOfTwo / 6, plus: b), output + 3 &* outputStep)
    store(times(g1, -rootOfTwo / 6, plus: b), output + 4 &* outputStep)
    store(g2, output + 5 &* outputStep)
    return
  }
  let a = (g0 + g2) * Vector(repeating: -2 / 9)
  let b = times(g0, 1 / 90, plus: g2 * Vector(repeating: 2 / 45))
  let c = times(g0, 32 / 45, plus: g2 * Vector(repeating: 8 / 45))
  store(g0, output)
  store(times(g1, -2 / 9, plus: a), output + outputStep)
  store(times(g1, 2 / 9, plus: a), output + 2 &* outputStep)
  store(times(g1, 1 / 45, plus: b), output + 3 &* outputStep)
  store(times(g1, -1 / 45, plus: b), output + 4 &* outputStep)
  store(times(g1, 16 / 45, plus: c), output + 5 &* outputStep)
  store(times(g1, -16 / 45, plus: c), output + 6 &* outputStep)
  store(g2, output + 7 &* outputStep)
}

/// Computes `Aᵀ · input` for tiles of `tileSize`.
@inline(__always)
func transformOutput(
  _ tileSize: Int, _ input: UnsafePointer<Float>, _ step: Int,
  _ output: UnsafeMutablePointer<Float>, _ outputStep: Int
) {
  if tileSize == 4 {
    let outputs = FourOutputs(input, step)
    store(outputs.y0, output)
    store(outputs.y1, output + outputStep)
    store(outputs.y2, output + 2 &* outputStep)
    store(outputs.y3, output + 3 &* outputStep)
    return
  }
  let m0 = load(input)
  let m1 = load(input + step)
  let m2 = load(input + 2 &* step)
  let m3 = load(input + 3 &* step)
  let a = m1 + m2
  let b = m1 - m2
  if tileSize == 2 {
    store(m0 + a, output)
    store(b + m3, output + outputStep)
    return
  }
  let m4 = load(input + 4 &* step)
  let m5 = load(input + 5 &* step)
  let c = m3 + m4
  let d = m3 - m4
  let m6 = load(input + 6 &* step)
  let m7 = load(input + 7 &* step)
  let e = m5 + m6
  let f = m5 - m6
  store((m0 + a) + (c + e), output)
  store(times(d, 2, plus: times(f, 0.5, plus: b)), output + outputStep)
  store(times(c, 4, plus: times(e, 0.25, plus: a)), output + 2 &* outputStep)
  store(times(d, 8, plus: times(f, 0.125, plus: b)), output + 3 &* outputStep)
  store(times(c, 16, plus: times(e, 0.0625, plus: a)), output + 4 &* outputStep)
  store(times(d, 32, plus: times(f, 0.03125, plus: b + m7)), output + 5 &* outputStep)
}

/// `Aᵀ · input` for tiles of four. This is a type because the compiler splits the vectors of a
/// tuple, and private for the reason given in Tile.swift.
private struct FourOutputs {
  let y0: Vector, y1: Vector, y2: Vector, y3: Vector

  @inline(__always)
  init(_ input: UnsafePointer<Float>, _ step: Int) {
    let m1 = load(input + step)
    let m2 = load(input + 2 &* step)
    let m3 = load(input + 3 &* step)
    let m4 = load(input + 4 &* step)
    let a = m1 + m2
    let b = m1 - m2
    let c = m3 + m4
    let d = m3 - m4
    y0 = load(input) + a + c
    y1 = times(d, rootOfTwo, plus: b * Vector(repeating: rootOfHalf))
    y2 = times(c, 2, plus: a * Vector(repeating: 0.5))
    let e = times(b, 0.5 * rootOfHalf, plus: load(input + 5 &* step))
    y3 = times(d, 2 * rootOfTwo, plus: e)
  }
}

// MARK: Transforms of `convolveWinogradRows`, along rows only

/// Computes `Bᵀ · input` for tiles of four pixels with up to four channels. Pixels are `step`
/// elements apart, transformed pixels `outputStep`.
@inline(__always)
func transformPixels(
  _ input: UnsafePointer<Float>, _ step: Int, _ output: UnsafeMutablePointer<Float>,
  _ outputStep: Int
) {
  let d0 = loadFour(input)
  let d1 = loadFour(input + step)
  let d2 = loadFour(input + 2 &* step)
  let d3 = loadFour(input + 3 &* step)
  let d4 = loadFour(input + 4 &* step)
  let d5 = loadFour(input + 5 &* step)
  let a = times(d2, -2, plus: d4)
  let b = times(d1, -2, plus: d3)
  let c = times(d2, -0.5, plus: d4)
  let d = times(d1, -0.5, plus: d3)
  store(times(d2, -2.5, plus: d0 + d4), output)
  store(times(b, rootOfHalf, plus: a), output + outputStep)
  store(times(b, -rootOfHalf, plus: a), output + 2 &* outputStep)
  store(times(d, rootOfTwo, plus: c), output + 3 &* outputStep)
  store(times(d, -rootOfTwo, plus: c), output + 4 &* outputStep)
  store(times(d3, -2.5, plus: d1 + d5), output + 5 &* outputStep)
}

/// Computes `Aᵀ · products + bias` for one block of a tile of two rows. Rows of `sums` are
/// `tilePixels` blocks apart.
@inline(never)
func transformTwoRows(
  _ products: UnsafePointer<Float>, _ bias: UnsafePointer<Float>,
  _ sums: UnsafeMutablePointer<Float>
) {
  for row in 0..<2 {
    for part in 0..<2 {
      let lane = part &* Vector.scalarCount
      let outputs = FourOutputs(products + (6 &* row &* blockChannels &+ lane), blockChannels)
      let bias = load(bias + lane)
      let target = sums + (row &* tilePixels &* blockChannels &+ lane)
      store(outputs.y0 + bias, target)
      store(outputs.y1 + bias, target + blockChannels)
      store(outputs.y2 + bias, target + 2 &* blockChannels)
      store(outputs.y3 + bias, target + 3 &* blockChannels)
    }
  }
}

/// Computes the maximum of each 2×2 outputs, plus the bias, for one block of a tile of two rows:
/// two pixels.
@inline(never)
func poolTwoRows(
  _ products: UnsafePointer<Float>, _ bias: UnsafePointer<Float>,
  _ sums: UnsafeMutablePointer<Float>
) {
  for part in 0..<2 {
    let lane = part &* Vector.scalarCount
    let upper = FourOutputs(products + lane, blockChannels)
    let lower = FourOutputs(products + (6 &* blockChannels &+ lane), blockChannels)
    let bias = load(bias + lane)
    let left = larger(larger(upper.y0, upper.y1), larger(lower.y0, lower.y1))
    let right = larger(larger(upper.y2, upper.y3), larger(lower.y2, lower.y3))
    store(left + bias, sums + lane)
    store(right + bias, sums + (blockChannels &+ lane))
  }
}

// MARK: Transposes for gradients, of F(4, 3) only

/// Computes `B · input`: from the positions of a transformed tile to those of its input.
@inline(__always)
func transposeInputTransform(
  _ input: UnsafePointer<Float>, _ step: Int, _ output: UnsafeMutablePointer<Float>,
  _ outputStep: Int
) {
  let v0 = load(input)
  let v1 = load(input + step)
  let v2 = load(input + 2 &* step)
  let v3 = load(input + 3 &* step)
  let v4 = load(input + 4 &* step)
  let v5 = load(input + 5 &* step)
  let a = v1 + v2
  let b = v1 - v2
  let c = v3 + v4
  let d = v3 - v4
  store(v0, output)
  store(times(b, -rootOfTwo, plus: times(d, -rootOfHalf, plus: v5)), output + outputStep)
  let e = times(a, -2, plus: c * Vector(repeating: -0.5))
  store(times(v0, -2.5, plus: e), output + 2 &* outputStep)
  let f = times(d, rootOfTwo, plus: b * Vector(repeating: rootOfHalf))
  store(times(v5, -2.5, plus: f), output + 3 &* outputStep)
  store(v0 + (a + c), output + 4 &* outputStep)
  store(v5, output + 5 &* outputStep)
}

/// Computes `A · input`: from outputs to the positions of a transformed tile.
@inline(__always)
func transposeOutputTransform(
  _ input: UnsafePointer<Float>, _ step: Int, _ output: UnsafeMutablePointer<Float>,
  _ outputStep: Int
) {
  let y0 = load(input)
  let y1 = load(input + step)
  let y2 = load(input + 2 &* step)
  let y3 = load(input + 3 &* step)
  let a = times(y2, 0.5, plus: y0)
  let b = times(y3, 0.5, plus: y1)
  let c = times(y2, 2, plus: y0)
  let d = times(y3, 2, plus: y1)
  store(y0, output)
  store(times(b, rootOfHalf, plus: a), output + outputStep)
  store(times(b, -rootOfHalf, plus: a), output + 2 &* outputStep)
  store(times(d, rootOfTwo, plus: c), output + 3 &* outputStep)
  store(times(d, -rootOfTwo, plus: c), output + 4 &* outputStep)
  store(y3, output + 5 &* outputStep)
}

/// Computes `Gᵀ · input`: from the positions of a transformed kernel to those of the kernel.
@inline(__always)
func transposeKernelTransform(
  _ input: UnsafePointer<Float>, _ step: Int, _ output: UnsafeMutablePointer<Float>,
  _ outputStep: Int
) {
  let u0 = load(input)
  let u1 = load(input + step)
  let u2 = load(input + 2 &* step)
  let u3 = load(input + 3 &* step)
  let u4 = load(input + 4 &* step)
  let u5 = load(input + 5 &* step)
  let a = u1 + u2
  let b = u1 - u2
  let c = u3 + u4
  let d = u3 - u4
  store(times(c, 1 / 6, plus: times(a, -2 / 3, plus: u0)), output)
  let e = d * Vector(repeating: rootOfTwo / 6)
  store(times(b, -2 / 3 * rootOfHalf, plus: e), output + outputStep)
  store(times(c - a, 1 / 3, plus: u5), output + 2 &* outputStep)
}

private let rootOfHalf: Float = 0.707_106_78
private let rootOfTwo: Float = 1.414_213_56

#if KERNEL_AVX512 || KERNEL_AVX2
/// The same for four elements.
@inline(__always)
private func times(_ x: Four, _ factor: Float, plus addend: Four) -> Four {
  multiplyAdd(addend, x, Four(repeating: factor))
}
#endif

/// `x * factor + addend`
@inline(__always)
private func times(_ x: Vector, _ factor: Float, plus addend: Vector) -> Vector {
  multiplyAdd(addend, x, Vector(repeating: factor))
}
