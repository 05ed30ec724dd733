import PneumoKernelABI

// output[y][x][o] = clamp(
//   bias[o] + Σ_ky Σ_kx Σ_c input[y·s + ky·d][x·s + kx·d][c] · kernel[ky][kx][c][o])
//
// or, with pooling, the maximum of each 2×2 of them. The maximum is taken before clamping; the
// result has the same bits, since clamping preserves order.

/// Computes output rows `firstRow..<endRow`, all channels.
func convolveDirect(
  _ arguments: UnsafePointer<ConvolutionArguments>, _ firstRow: Int, _ endRow: Int
) {
  var a = arguments.pointee
  if a.dilationWidth == 1 && a.inputPixelStride == a.inputChannels {
    // The pixels under a kernel row are contiguous, so treat them as one long pixel.
    a.inputChannels &*= a.kernelWidth
    a.kernelWidth = 1
  }
  let pooling = a.isPooled ? 2 : 1
  let blockSize = a.kernelHeight &* a.kernelWidth &* a.inputChannels &* blockChannels
  // SAFETY: pixels are in 0..<outputWidth, channels in 0..<outputChannels; the caller checked the
  // rows.
  var channel = 0
  var kernel = a.kernel
  while channel < a.outputChannels {
    for row in firstRow..<endRow {
      let input = a.input + row &* pooling &* a.strideHeight &* a.inputRowStride
      let output = a.output + row &* a.outputRowStride
      if a.isPooled {
        convolvePooledRow(a, input, kernel, channel, output)
      } else {
        convolveRow(a, input, kernel, channel, output)
      }
    }
    channel &+= blockChannels
    kernel += blockSize &* MemoryLayout<Float>.stride
  }
}

// Separate functions: inlined into one, they would exceed the compiler's limit for further
// inlining.

@inline(never)
private func convolveRow(
  _ a: ConvolutionArguments, _ input: UnsafePointer<Float>, _ kernel: UnsafeRawPointer,
  _ channel: Int, _ output: UnsafeMutablePointer<Float>
) {
  let step = a.strideWidth &* a.inputPixelStride
  var x = 0
  while x < a.outputWidth {
    let count = sumTile(
      a, input + x &* step, kernel, a.bias + channel, (a.scratch, blockChannels),
      a.outputWidth &- x, isHalf: false)
    storeTile(a, a.scratch, count, channel, output + x &* a.outputPixelStride)
    x &+= count
  }
}

@inline(never)
private func convolvePooledRow(
  _ a: ConvolutionArguments, _ input: UnsafePointer<Float>, _ kernel: UnsafeRawPointer,
  _ channel: Int, _ output: UnsafeMutablePointer<Float>
) {
  let right = a.strideWidth &* a.inputPixelStride
  let below = a.strideHeight &* a.inputRowStride
  var x = 0
  while x < a.outputWidth {
    // First the upper left of each window, then the upper right, and so on.
    var count = 0
    for place in 0..<4 {
      let offset = place / 2 &* below &+ place % 2 &* right
      count = sumTile(
        a, input + (2 &* x &* right &+ offset), kernel, a.bias + channel,
        (a.scratch + place &* tilePixels &* blockChannels, blockChannels),
        a.outputWidth &- x, isHalf: false)
    }
    storePooledTile(a, a.scratch, count, channel, output + x &* a.outputPixelStride)
    x &+= count
  }
}
