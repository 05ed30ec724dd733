import PneumoKernelABI

// Gradients of convolutions that the Winograd kernels do not cover.

/// Adds the rows of a matrix to an image: `count` elements of row `p`, which starts at
/// `patches + p · stride`, are added at `output + p · step`.
func addPatches(
  _ patches: UnsafePointer<Float>, _ stride: Int, _ pixels: Int, _ count: Int,
  _ output: UnsafeMutablePointer<Float>, _ step: Int
) {
  for pixel in 0..<pixels {
    addScaled(patches + pixel &* stride, 1, output + pixel &* step, count)
  }
}

/// Computes the gradients of a depthwise convolution of one image:
/// `dk[ky][kx][c] += Σ input · d output`, `d input += k · d output`.
func convolveDepthwiseGradient(_ arguments: UnsafePointer<DepthwiseGradientArguments>) {
  let a = arguments.pointee
  let step = a.strideWidth &* a.channels
  // SAFETY: all kernel positions lie inside the padded input; channels end at `channels`.
  for ky in 0..<a.kernelHeight {
    for kx in 0..<a.kernelWidth {
      let tap = ky &* a.dilationHeight &* a.inputRowStride &+ kx &* a.dilationWidth &* a.channels
      var c = 0
      while c < a.channels {
        let remaining = a.channels &- c
        let place = (ky &* a.kernelWidth &+ kx) &* a.channels &+ c
        let weight = load(a.kernel + place, first: remaining)
        var sum = Vector.zero
        for y in 0..<a.outputHeight {
          let start = tap &+ y &* a.strideHeight &* a.inputRowStride &+ c
          var gradient = a.outputGradient + (y &* a.outputWidth &* a.channels &+ c)
          for x in 0..<a.outputWidth {
            let g = load(gradient, first: remaining)
            let offset = start &+ x &* step
            sum = multiplyAdd(sum, load(a.input + offset, first: remaining), g)
            if let inputGradient = a.inputGradient {
              let target = inputGradient + offset
              let old = load(UnsafePointer(target), first: remaining)
              store(multiplyAdd(old, weight, g), target, first: remaining)
            }
            gradient += a.channels
          }
        }
        let target = a.kernelGradient + place
        store(load(UnsafePointer(target), first: remaining) + sum, target, first: remaining)
        c &+= Vector.scalarCount
      }
    }
  }
}
