import PneumoKernelABI

// output[y][x][c] = clamp(bias[c] + Σ_ky Σ_kx input[y·s + ky·d][x·s + kx·d][c] · kernel[ky][kx][c])
//
// Summed in this order.

/// Output rows `firstRow..<endRow`; as many output as input channels.
func convolveDepthwise(
  _ arguments: UnsafePointer<ConvolutionArguments>, _ firstRow: Int, _ endRow: Int
) {
  let a = arguments.pointee
  let channels = a.outputChannels
  let kernel = a.kernel.assumingMemoryBound(to: Float.self)
  let low = Vector(repeating: a.low)
  let high = Vector(repeating: a.high)
  // SAFETY: channels end at `outputChannels`, pixels at `outputWidth`; the caller checked rows.
  for row in firstRow..<endRow {
    for x in 0..<a.outputWidth {
      let origin =
        a.input
        + (row &* a.strideHeight &* a.inputRowStride &+ x &* a.strideWidth &* a.inputPixelStride)
      let output = a.output + (row &* a.outputRowStride &+ x &* a.outputPixelStride)
      var c = 0
      while c &+ Vector.scalarCount <= channels {
        var sum = load(a.bias + c)
        var weights = kernel + c
        for ky in 0..<a.kernelHeight {
          var pixel = origin + (ky &* a.dilationHeight &* a.inputRowStride &+ c)
          for _ in 0..<a.kernelWidth {
            sum = multiplyAdd(sum, load(pixel), load(weights))
            weights += channels
            pixel += a.dilationWidth &* a.inputPixelStride
          }
        }
        store(smaller(larger(sum, low), high), output + c)
        c &+= Vector.scalarCount
      }
      while c < channels {
        var sum = a.bias[c]
        var weights = kernel + c
        for ky in 0..<a.kernelHeight {
          var pixel = origin + (ky &* a.dilationHeight &* a.inputRowStride &+ c)
          for _ in 0..<a.kernelWidth {
            sum = multiplyAdd(sum, pixel.pointee, weights.pointee)
            weights += channels
            pixel += a.dilationWidth &* a.inputPixelStride
          }
        }
        output[c] = sum < a.low ? a.low : sum > a.high ? a.high : sum
        c &+= 1
      }
    }
  }
}
