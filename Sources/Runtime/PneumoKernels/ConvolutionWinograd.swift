import PneumoKernelABI

// A 3×3 convolution with stride 1, as described in WinogradArguments.swift, transformed along both
// axes:
//
//   output tile = Aᵀ · [ Σ_c (G · kernel_c · Gᵀ) ⊙ (Bᵀ · input_c · B) ] · A
//
// with the matrices of WinogradTransforms.swift. The sum over channels is a matrix product for each
// of the (m + 2)² positions of a transformed tile. Each output depends on its own tile only, and
// each sum runs in a fixed order, so outputs have the same bits however tiles are grouped.
//
// The largest error against Double, relative to the largest output, for uniform values within ±1
// and up to 128 input channels, is 4.9e-7 for F(2×2), 1.9e-6 for F(4×4) and 1.1e-5 for F(6×6).
// `WinogradTests` checks these bounds.

/// Computes tiles `first..<first + count`, all channels; `count` is at most `tiles`.
func convolveWinograd(
  _ arguments: UnsafePointer<WinogradArguments>, _ first: Int, _ count: Int
) {
  let blocks = (arguments.pointee.outputChannels &+ blockChannels &- 1) / blockChannels
  transformWinogradInput(arguments, first, count)
  for block in 0..<blocks {
    multiplyWinograd(arguments, block, count)
    transformWinogradOutput(arguments, block, first, count)
  }
}

/// Transforms the inputs of tiles `first..<first + count` into the scratch memory.
func transformWinogradInput(
  _ arguments: UnsafePointer<WinogradArguments>, _ first: Int, _ count: Int
) {
  let a = arguments.pointee
  let size = a.transformedSize
  // SAFETY: a patch and its half-transformed form each have one vector per element of a transformed
  // tile. A patch that reaches outside the image is not loaded directly.
  let half = a.scratch + (a.inputCount &+ a.productCount(blockChannels: blockChannels))
  let patch = half + size &* size &* Vector.scalarCount
  for tile in 0..<count {
    let place = place(of: first &+ tile, a)
    let y = place.row &* a.tileSize &- a.top
    let x = place.column &* a.tileSize &- a.left
    let origin = ((place.image &* a.inputHeight &+ y) &* a.inputWidth &+ x) &* a.inputChannels
    let isInside = y >= 0 && x >= 0 && y &+ size <= a.inputHeight && x &+ size <= a.inputWidth
    var channel = 0
    while channel < a.inputChannels {
      let target = a.scratch + (tile &* a.inputTileStride &+ channel)
      if isInside && channel &+ Vector.scalarCount <= a.inputChannels {
        transformPatch(
          a, a.input + (origin &+ channel), a.inputWidth &* a.inputChannels, a.inputChannels,
          half, target)
      } else {
        copyPatch(a, (place.image, y, x, channel), patch)
        transformPatch(a, patch, size &* Vector.scalarCount, Vector.scalarCount, half, target)
      }
      channel &+= Vector.scalarCount
    }
  }
}

/// Writes `Bᵀ · patch · B` for a vector of channels to the transformed tile that starts at
/// `output`.
@inline(__always)
private func transformPatch(
  _ a: WinogradArguments, _ patch: UnsafePointer<Float>, _ rowStride: Int, _ pixelStride: Int,
  _ half: UnsafeMutablePointer<Float>, _ output: UnsafeMutablePointer<Float>
) {
  let size = a.transformedSize
  let row = size &* Vector.scalarCount
  for x in 0..<size {
    transformInput(
      a.tileSize, patch + x &* pixelStride, rowStride, half + x &* Vector.scalarCount, row)
  }
  for y in 0..<size {
    transformInput(
      a.tileSize, half + y &* row, Vector.scalarCount, output + y &* size &* a.channelStride,
      a.channelStride)
  }
}

/// Copies a vector of channels of a tile's input, with zeros beyond the border and the last
/// channel.
@inline(__always)
private func copyPatch(
  _ a: WinogradArguments, _ origin: (image: Int, y: Int, x: Int, channel: Int),
  _ patch: UnsafeMutablePointer<Float>
) {
  let remaining = min(a.inputChannels &- origin.channel, Vector.scalarCount)
  var output = patch
  for y in origin.y..<origin.y &+ a.transformedSize {
    for x in origin.x..<origin.x &+ a.transformedSize {
      var vector = Vector.zero
      if y >= 0 && y < a.inputHeight && x >= 0 && x < a.inputWidth {
        let pixel = (origin.image &* a.inputHeight &+ y) &* a.inputWidth &+ x
        let source = a.input + (pixel &* a.inputChannels &+ origin.channel)
        vector = load(source, first: remaining)
      }
      store(vector, output)
      output += Vector.scalarCount
    }
  }
}

/// Computes the matrix products of `count` tiles for one block of output channels.
func multiplyWinograd(
  _ arguments: UnsafePointer<WinogradArguments>, _ block: Int, _ count: Int
) {
  let a = arguments.pointee
  let matrices = a.transformedSize &* a.transformedSize
  let products = a.scratch + a.inputCount
  let productStride = a.productTileStride(blockChannels: blockChannels)
  let kernel = a.kernel + block &* matrices &* a.inputChannels &* blockChannels
  // SAFETY: kernel and scratch memory have the sizes given by the arguments.
  withUnsafeTemporaryAllocation(of: Float.self, capacity: blockChannels) { zeros in
    zeros.initialize(repeating: 0)
    let bias = UnsafePointer(zeros.baseAddress!)
    let product = ConvolutionArguments(
      input: a.scratch, kernel: kernel, bias: bias, output: products, scratch: products,
      inputRowStride: 0, inputPixelStride: a.inputTileStride, outputRowStride: 0,
      outputPixelStride: productStride, outputWidth: count, kernelHeight: 1, kernelWidth: 1,
      inputChannels: a.inputChannels, outputChannels: blockChannels)
    for matrix in 0..<matrices {
      let input = a.scratch + matrix &* a.channelStride
      let output = products + matrix &* blockChannels
      let weights = kernel + matrix &* a.inputChannels &* blockChannels
      var tile = 0
      while tile < count {
        tile &+= sumTile(
          product, input + tile &* a.inputTileStride, weights,
          bias,
          (output + tile &* productStride, productStride), count &- tile, isHalf: false)
      }
    }
  }
}

/// Transforms the products of tiles `first..<first + count` for one block of output channels; adds
/// the bias, pools, clamps and stores.
func transformWinogradOutput(
  _ arguments: UnsafePointer<WinogradArguments>, _ block: Int, _ first: Int, _ count: Int
) {
  let a = arguments.pointee
  let size = a.transformedSize
  let productStride = a.productTileStride(blockChannels: blockChannels)
  let products = a.scratch + a.inputCount
  let pooling = a.isPooled ? 2 : 1
  let side = a.tileSize / pooling
  let halfRow = size &* Vector.scalarCount
  let row = a.tileSize &* Vector.scalarCount
  // SAFETY: a half-transformed tile and a complete one each have at most one vector per element of
  // a transformed tile. Only outputs inside the image, and existing channels, are written.
  let half = products + a.productCount(blockChannels: blockChannels)
  let sums = half + size &* halfRow
  for tile in 0..<count {
    let place = place(of: first &+ tile, a)
    let y0 = place.row &* side
    let x0 = place.column &* side
    var channel = block &* blockChannels
    for part in 0..<2 where channel < a.outputChannels {
      let source = products + (tile &* productStride &+ part &* Vector.scalarCount)
      for x in 0..<size {
        transformOutput(
          a.tileSize, source + x &* blockChannels, size &* blockChannels,
          half + x &* Vector.scalarCount, halfRow)
      }
      for y in 0..<a.tileSize {
        transformOutput(
          a.tileSize, half + y &* halfRow, Vector.scalarCount, sums + y &* row,
          Vector.scalarCount)
      }
      let bias = load(a.bias + channel)
      let low = Vector(repeating: a.low)
      let high = Vector(repeating: a.high)
      let remaining = a.outputChannels &- channel
      for y in 0..<min(side, a.outputHeight &- y0) {
        let line = (place.image &* a.outputHeight &+ y0 &+ y) &* a.outputWidth &+ x0
        for x in 0..<min(side, a.outputWidth &- x0) {
          let sum = sums + pooling &* (y &* row &+ x &* Vector.scalarCount)
          var result = load(sum)
          if a.isPooled {
            let below = larger(load(sum + row), load(sum + (row &+ Vector.scalarCount)))
            result = larger(larger(result, load(sum + Vector.scalarCount)), below)
          }
          result = smaller(larger(result + bias, low), high)
          let place = (line &+ x) &* a.outputChannels &+ channel
          store(result, a.output + place, first: remaining)
          if let choices = a.choices {
            let choice = choice(
              sum, sum + Vector.scalarCount, sum + row, sum + (row &+ Vector.scalarCount))
            let flat = (result .<= low) .| (result .>= high)
            store(choice.replacing(with: -1, where: flat), choices + place, first: remaining)
          }
        }
      }
      channel &+= Vector.scalarCount
    }
  }
}

/// Transforms a kernel of shape (3, 3, inputs, outputs) for ``convolveWinograd(_:_:_:)``.
func packWinograd(_ arguments: UnsafePointer<WinogradPackingArguments>) {
  let a = arguments.pointee
  let size = a.tileSize &+ 2
  let tap = a.inputs &* a.outputs
  // SAFETY: there is room for 3 × 3 vectors, then 8 × 3, then 8 × 8; the output holds whole blocks.
  withUnsafeTemporaryAllocation(of: Float.self, capacity: 97 &* Vector.scalarCount) { room in
    let taps = room.baseAddress!
    let half = taps + 9 &* Vector.scalarCount
    let whole = half + 24 &* Vector.scalarCount
    for input in 0..<a.inputs {
      var output = 0
      while output < a.outputs {
        let count = min(a.outputs &- output, Vector.scalarCount)
        for number in 0..<9 {
          let source = a.input + (number &* tap &+ input &* a.outputs &+ output)
          store(load(source, first: count), taps + number &* Vector.scalarCount)
        }
        for x in 0..<3 {
          transformKernel(
            a.tileSize, taps + x &* Vector.scalarCount, 3 &* Vector.scalarCount,
            half + x &* Vector.scalarCount, 3 &* Vector.scalarCount)
        }
        for y in 0..<size {
          transformKernel(
            a.tileSize, half + 3 &* y &* Vector.scalarCount, Vector.scalarCount,
            whole + y &* size &* Vector.scalarCount, Vector.scalarCount)
        }
        let block = output / blockChannels
        for matrix in 0..<size &* size {
          let row = (block &* size &* size &+ matrix) &* a.inputs &+ input
          store(
            load(whole + matrix &* Vector.scalarCount),
            a.output + (row &* blockChannels &+ output % blockChannels))
        }
        output &+= Vector.scalarCount
      }
    }
  }
}

/// The position of a tile in the batch: a tuple, because the compiler would generate helpers for a
/// type, which the linker could share.
@inline(__always)
func place(
  of tile: Int, _ a: WinogradArguments
) -> (image: Int, row: Int, column: Int) {
  let perImage = a.tileRows &* a.tileColumns
  let rest = tile % perImage
  return (tile / perImage, rest / a.tileColumns, rest % a.tileColumns)
}
