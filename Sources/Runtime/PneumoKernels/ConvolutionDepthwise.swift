import PneumoKernelABI

// output[y][x][c] = clamp(bias[c] + Σ_ky Σ_kx input[y·s + ky·d][x·s + kx·d][c] · kernel[ky][kx][c])
//
// The sum runs in this order.

/// Computes output rows `firstRow..<endRow`. There are as many output channels as input channels.
func convolveDepthwise(
  _ arguments: UnsafePointer<ConvolutionArguments>, _ firstRow: Int, _ endRow: Int
) {
  let a = arguments.pointee
  let step = a.strideWidth &* a.inputPixelStride
  // SAFETY: channels end at `outputChannels`, pixels at `outputWidth`; the caller checked the rows.
  for row in firstRow..<endRow {
    let input = a.input + row &* a.strideHeight &* a.inputRowStride
    let output = a.output + row &* a.outputRowStride
    var channel = 0
    while channel &+ Vector.scalarCount <= a.outputChannels {
      var x = 0
      while x &+ 4 <= a.outputWidth {
        sumFourPixels(a, input + x &* step, output + x &* a.outputPixelStride, channel)
        x &+= 4
      }
      while x < a.outputWidth {
        sumPixel(a, input + x &* step, output + x &* a.outputPixelStride, channel)
        x &+= 1
      }
      channel &+= Vector.scalarCount
    }
    while channel < a.outputChannels {
      for x in 0..<a.outputWidth {
        sumElement(a, input + x &* step, output + x &* a.outputPixelStride, channel)
      }
      channel &+= 1
    }
  }
}

/// Computes a vector of channels of four pixels, so that each weight is loaded once for all four.
@inline(__always)
private func sumFourPixels(
  _ a: ConvolutionArguments, _ input: UnsafePointer<Float>, _ output: UnsafeMutablePointer<Float>,
  _ channel: Int
) {
  let bias = load(a.bias + channel)
  var (sum0, sum1, sum2, sum3) = (bias, bias, bias, bias)
  let step = a.strideWidth &* a.inputPixelStride
  forEachTap(a, input, channel) { pixel, weights in
    let weight = load(weights)
    sum0 = multiplyAdd(sum0, load(pixel), weight)
    sum1 = multiplyAdd(sum1, load(pixel + step), weight)
    sum2 = multiplyAdd(sum2, load(pixel + 2 &* step), weight)
    sum3 = multiplyAdd(sum3, load(pixel + 3 &* step), weight)
  }
  let low = Vector(repeating: a.low)
  let high = Vector(repeating: a.high)
  let target = output + channel
  store(smaller(larger(sum0, low), high), target)
  store(smaller(larger(sum1, low), high), target + a.outputPixelStride)
  store(smaller(larger(sum2, low), high), target + 2 &* a.outputPixelStride)
  store(smaller(larger(sum3, low), high), target + 3 &* a.outputPixelStride)
}

/// Computes a vector of channels of one pixel.
@inline(__always)
private func sumPixel(
  _ a: ConvolutionArguments, _ input: UnsafePointer<Float>, _ output: UnsafeMutablePointer<Float>,
  _ channel: Int
) {
  var sum = load(a.bias + channel)
  forEachTap(a, input, channel) { pixel, weights in
    sum = multiplyAdd(sum, load(pixel), load(weights))
  }
  let low = Vector(repeating: a.low)
  let high = Vector(repeating: a.high)
  store(smaller(larger(sum, low), high), output + channel)
}

/// Computes one channel of one pixel.
@inline(__always)
private func sumElement(
  _ a: ConvolutionArguments, _ input: UnsafePointer<Float>, _ output: UnsafeMutablePointer<Float>,
  _ channel: Int
) {
  var sum = a.bias[channel]
  forEachTap(a, input, channel) { pixel, weights in
    sum = multiplyAdd(sum, pixel.pointee, weights.pointee)
  }
  output[channel] = sum < a.low ? a.low : sum > a.high ? a.high : sum
}

/// Calls `body` with the start of each kernel element's input and weights, in the order of the sum.
@inline(__always)
private func forEachTap(
  _ a: ConvolutionArguments, _ input: UnsafePointer<Float>, _ channel: Int,
  _ body: (_ pixel: UnsafePointer<Float>, _ weights: UnsafePointer<Float>) -> Void
) {
  var weights = a.kernel.assumingMemoryBound(to: Float.self) + channel
  for ky in 0..<a.kernelHeight {
    var pixel = input + (ky &* a.dilationHeight &* a.inputRowStride &+ channel)
    for _ in 0..<a.kernelWidth {
      body(pixel, weights)
      weights += a.outputChannels
      pixel += a.dilationWidth &* a.inputPixelStride
    }
  }
}
