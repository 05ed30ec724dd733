import PneumoKernelABI

// The gradients of convolutions that Winograd's filtering does not cover.

/// Adds rows of a matrix of patches to an image: the patch of pixel x, `height` rows of `rowCount`
/// elements, is added at `output + x · step`, its rows `rowStride` apart.
func addPatches(
  _ patches: UnsafePointer<Float>, _ patchStride: Int, _ pixels: Int,
  _ shape: (height: Int, rowCount: Int), _ output: UnsafeMutablePointer<Float>, _ step: Int,
  _ rowStride: Int
) {
  for pixel in 0..<pixels {
    let patch = patches + pixel &* patchStride
    for row in 0..<shape.height {
      addScaled(
        patch + row &* shape.rowCount, 1, output + (pixel &* step &+ row &* rowStride),
        shape.rowCount)
    }
  }
}

/// The gradients of a depthwise convolution of one image:
/// `dk[ky][kx][c] += Σ input · d output`, `d input += k · d output`.
func convolveDepthwiseGradient(_ arguments: UnsafePointer<DepthwiseGradientArguments>) {
  let a = arguments.pointee
  let step = a.strideWidth &* a.channels
  // SAFETY: taps lie inside the padded input; channels end at `channels`.
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
