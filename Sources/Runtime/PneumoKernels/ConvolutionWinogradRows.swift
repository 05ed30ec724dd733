import PneumoKernelABI

// A 3×3 convolution with stride 1 of an input with few channels by F(1×4, 3×3): Winograd's minimal
// filtering along rows only, for each row of the kernel:
//
//   four outputs = Aᵀ · [ Σ_ky Σ_c (G · kernel_ky,c) ⊙ (Bᵀ · inputs_y+ky,c) ]
//
// with the matrices of F(4, 3) in WinogradTransforms.swift. With few channels, the transforms of
// F(4×4, 3×3) would take longer than its products save. This variant halves the multiplications of
// the definition with hardly any transforms.
//
// The work proceeds in strips: several tiles of four pixels, over several rows. The transformed
// inputs of a strip are kept in scratch memory, with the rows and channels of each tile position
// next to each other, so that the three rows of a sum are contiguous. The sums of a tile of two
// rows stay in registers, half of its positions at a time. An output depends on its own tile only,
// and tiles start at every fourth pixel of the image, so results have the same bits however the
// work is split.
//
// The largest error against Double, relative to the largest output or 1, for uniform values within
// ±1, is 6.0e-7. `WinogradRowsTests` checks this bound.

/// Computes output rows `firstRow..<endRow`, all channels, from at most four input channels.
func convolveWinogradRows(
  _ arguments: UnsafePointer<ConvolutionArguments>, _ firstRow: Int, _ endRow: Int
) {
  let a = arguments.pointee
  let pooling = a.isPooled ? 2 : 1
  let tiles = (a.outputWidth &* pooling &+ 3) / 4
  // SAFETY: the scratch memory has room for the tiles and rows of a strip.
  var row = firstRow &* pooling
  while row < endRow &* pooling {
    let rows = min(WinogradRowStrip.rows, endRow &* pooling &- row)
    var tile = 0
    while tile < tiles {
      let count = min(WinogradRowStrip.tiles, tiles &- tile)
      let strip = Strip(row: row, rows: rows, tile: tile, tiles: count)
      transformStrip(a, strip)
      var channel = 0
      while channel < a.outputChannels {
        var line = 0
        while line < rows {
          convolveTwoRows(a, strip, line, channel)
          line &+= 2
        }
        channel &+= blockChannels
      }
      tile &+= count
    }
    row &+= rows
  }
}

/// A range of tiles in a range of rows. Rows are counted before pooling.
private struct Strip {
  let row: Int, rows: Int
  let tile: Int, tiles: Int
}

/// The number of positions in a transformed tile.
private let places = 6

/// Transforms the inputs of a strip into the scratch memory.
@inline(never)
private func transformStrip(_ a: ConvolutionArguments, _ strip: Strip) {
  // SAFETY: four elements are read from the start of each of a tile's six pixels. Unless all of
  // them lie within the row, the tile is first copied, with zeros beyond the last pixel.
  let stride = WinogradRowStrip.placeStride(channels: a.inputChannels)
  let pixels = a.outputWidth &* (a.isPooled ? 2 : 1) &+ 2
  withUnsafeTemporaryAllocation(of: Float.self, capacity: 4 &* places) { room in
    let patch = room.baseAddress!
    for row in 0..<strip.rows &+ 2 {
      let source = a.input + (strip.row &+ row) &* a.inputRowStride
      for tile in 0..<strip.tiles {
        let first = 4 &* (strip.tile &+ tile)
        let target = a.scratch + (tile &* places &* stride &+ row &* a.inputChannels)
        let input = source + first &* a.inputPixelStride
        if (first &+ places &- 1) &* a.inputPixelStride &+ 4 <= pixels &* a.inputPixelStride {
          transformPixels(input, a.inputPixelStride, target, stride)
        } else {
          for pixel in 0..<places {
            for channel in 0..<4 {
              let isInside = first &+ pixel < pixels && channel < a.inputChannels
              patch[4 &* pixel &+ channel] =
                isInside ? input[pixel &* a.inputPixelStride &+ channel] : 0
            }
          }
          transformPixels(patch, 4, target, stride)
        }
      }
    }
  }
}

/// Computes two rows of a strip, `line` and the next, for one block of output channels.
@inline(never)
private func convolveTwoRows(
  _ a: ConvolutionArguments, _ strip: Strip, _ line: Int, _ channel: Int
) {
  let pooling = a.isPooled ? 2 : 1
  let depth = 3 &* a.inputChannels
  let stride = WinogradRowStrip.placeStride(channels: a.inputChannels)
  let half = 3 &* blockChannels
  // All blocks have the same number of rows.
  let kernel = a.kernel.assumingMemoryBound(to: Float.self) + channel &* places &* depth
  // SAFETY: the scratch memory has room for six blocks for each row of a tile, then for two rows of
  // `tilePixels` blocks. If the number of rows is odd, a row below the last is computed from
  // whatever the strip contains there, and not stored.
  let products = a.scratch + WinogradRowStrip.inputCount
  let outputs = products + 4 &* half
  let row = a.output + (strip.row &+ line) / pooling &* a.outputRowStride
  let most = tilePixels &* pooling / 4
  var tile = 0
  while tile < strip.tiles {
    let tiles = min(most, strip.tiles &- tile)
    for number in 0..<tiles {
      let input = a.scratch + ((tile &+ number) &* places &* stride &+ line &* a.inputChannels)
      let first = sums(a, input, stride, kernel)
      first.upper.write(to: products)
      first.lower.write(to: products + 2 &* half)
      let second = sums(a, input + 3 &* stride, stride, kernel + depth &* half)
      second.upper.write(to: products + half)
      second.lower.write(to: products + 3 &* half)
      if a.isPooled {
        poolTwoRows(products, a.bias + channel, outputs + 2 &* number &* blockChannels)
      } else {
        transformTwoRows(products, a.bias + channel, outputs + 4 &* number &* blockChannels)
      }
    }
    let x = (strip.tile &+ tile) &* 4 / pooling
    let count = min(tiles &* 4 / pooling, a.outputWidth &- x)
    let output = row + x &* a.outputPixelStride
    storeTile(a, outputs, count, channel, output)
    if !a.isPooled && line &+ 1 < strip.rows {
      let below = outputs + tilePixels &* blockChannels
      storeTile(a, below, count, channel, output + a.outputRowStride)
    }
    tile &+= tiles
  }
}

// Private types with named fields, for the reasons given in Tile.swift.

/// Two vectors of output channels.
private struct Block {
  var low = Vector.zero, high = Vector.zero

  @inline(__always)
  init() {}

  /// Adds input times weights.
  @inline(__always)
  mutating func add(_ x: Float, _ w0: Vector, _ w1: Vector) {
    let x = Vector(repeating: x)
    low = multiplyAdd(low, x, w0)
    high = multiplyAdd(high, x, w1)
  }

  @inline(__always)
  func write(to sums: UnsafeMutablePointer<Float>) {
    store(low, sums)
    store(high, sums + Vector.scalarCount)
  }
}

/// The sums of half of a tile's positions.
private struct Three {
  var m0 = Block(), m1 = Block(), m2 = Block()

  @inline(__always)
  init() {}

  /// Stores one block per position.
  @inline(__always)
  func write(to sums: UnsafeMutablePointer<Float>) {
    m0.write(to: sums)
    m1.write(to: sums + blockChannels)
    m2.write(to: sums + 2 &* blockChannels)
  }
}

/// The same for two rows.
private struct Sums {
  var upper = Three(), lower = Three()

  @inline(__always)
  init() {}
}

/// Computes the sums of three positions of a tile of two rows.
///
/// - Parameters:
///   - input: the first element of the first position.
///   - stride: the distance between positions.
///   - kernel: for each row and channel, the weights of the three positions.
@inline(__always)
private func sums(
  _ a: ConvolutionArguments, _ input: UnsafePointer<Float>, _ stride: Int,
  _ kernel: UnsafePointer<Float>
) -> Sums {
  var sums = Sums()
  var weights = kernel
  var x = input
  for _ in 0..<3 &* a.inputChannels {
    var w0 = load(weights)
    var w1 = load(weights + Vector.scalarCount)
    sums.upper.m0.add(x[0], w0, w1)
    sums.lower.m0.add(x[a.inputChannels], w0, w1)
    w0 = load(weights + 2 &* Vector.scalarCount)
    w1 = load(weights + 3 &* Vector.scalarCount)
    sums.upper.m1.add(x[stride], w0, w1)
    sums.lower.m1.add(x[stride &+ a.inputChannels], w0, w1)
    w0 = load(weights + 4 &* Vector.scalarCount)
    w1 = load(weights + 5 &* Vector.scalarCount)
    sums.upper.m2.add(x[2 &* stride], w0, w1)
    sums.lower.m2.add(x[2 &* stride &+ a.inputChannels], w0, w1)
    weights += 3 &* blockChannels
    x += 1
  }
  return sums
}

/// Transforms a kernel of shape (3, 3, inputs, outputs) for ``convolveWinogradRows(_:_:_:)``.
func packWinogradRows(_ arguments: UnsafePointer<WinogradPackingArguments>) {
  let a = arguments.pointee
  let tap = a.inputs &* a.outputs
  let depth = 3 &* a.inputs
  // SAFETY: there is room for three vectors, then for six; the output holds whole blocks.
  withUnsafeTemporaryAllocation(of: Float.self, capacity: 9 &* Vector.scalarCount) { room in
    let taps = room.baseAddress!
    let whole = taps + 3 &* Vector.scalarCount
    for line in 0..<depth {
      var output = 0
      while output < a.outputs {
        let count = min(a.outputs &- output, Vector.scalarCount)
        for x in 0..<3 {
          let row = line / a.inputs &* 3 &+ x
          let source = a.input + (row &* tap &+ line % a.inputs &* a.outputs &+ output)
          store(load(source, first: count), taps + x &* Vector.scalarCount)
        }
        transformKernel(4, taps, Vector.scalarCount, whole, Vector.scalarCount)
        let block = output / blockChannels
        for place in 0..<places {
          let half = block &* 2 &+ place / 3
          let row = (half &* depth &+ line) &* 3 &+ place % 3
          store(
            load(whole + place &* Vector.scalarCount),
            a.output + (row &* blockChannels &+ output % blockChannels))
        }
        output &+= Vector.scalarCount
      }
    }
  }
}
