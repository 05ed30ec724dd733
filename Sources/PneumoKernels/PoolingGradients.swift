import PneumoKernelABI

// The gradients of pooling, one image at a time. The gradient of a window goes to the first of its
// largest elements, or evenly to all that lie inside the image.

/// Two rows of the gradient of 2×2 sums, of `width` pooled pixels: see ``WinogradArguments/choices``.
func spreadChosen(
  _ gradient: UnsafePointer<Float>, _ choices: UnsafePointer<Float>,
  _ rows: UnsafeMutablePointer<Float>, _ rowStride: Int, _ width: Int, _ channels: Int
) {
  // SAFETY: a row of sums has at least 2 · width pixels.
  for x in 0..<width {
    let source = x &* channels
    let upper = rows + 2 &* source
    var c = 0
    while c &+ Vector.scalarCount <= channels {
      spread(
        load(gradient + (source &+ c)), load(choices + (source &+ c)), upper + c,
        upper + (rowStride &+ c), channels)
      c &+= Vector.scalarCount
    }
    while c < channels {
      let g = gradient[source &+ c]
      let choice = choices[source &+ c]
      upper[c] = choice == 0 ? g : 0
      upper[channels &+ c] = choice == 1 ? g : 0
      upper[rowStride &+ c] = choice == 2 ? g : 0
      upper[rowStride &+ channels &+ c] = choice == 3 ? g : 0
      c &+= 1
    }
  }
}

/// Adds the gradient of the largest elements of all windows of one image to `inputGradient`.
func poolMaxGradient(
  _ arguments: UnsafePointer<PoolingArguments>, _ outputHeight: Int,
  _ outputGradient: UnsafePointer<Float>, _ inputGradient: UnsafeMutablePointer<Float>
) {
  let a = arguments.pointee
  for row in 0..<outputHeight {
    for x in 0..<a.outputWidth {
      let window = Window(a, row, x)
      let gradient = outputGradient + (row &* a.outputWidth &+ x) &* a.channels
      for c in 0..<a.channels {
        var best = window.first(a) &+ c
        for y in window.rows {
          for x in window.columns {
            let place = (y &* a.inputWidth &+ x) &* a.channels &+ c
            if a.input[place] > a.input[best] { best = place }
          }
        }
        inputGradient[best] += gradient[c]
      }
    }
  }
}

/// Adds the gradient of the means of all windows of one image to `inputGradient`.
func poolAverageGradient(
  _ arguments: UnsafePointer<PoolingArguments>, _ outputHeight: Int,
  _ outputGradient: UnsafePointer<Float>, _ inputGradient: UnsafeMutablePointer<Float>
) {
  let a = arguments.pointee
  for row in 0..<outputHeight {
    for x in 0..<a.outputWidth {
      let window = Window(a, row, x)
      let gradient = outputGradient + (row &* a.outputWidth &+ x) &* a.channels
      let count = a.divisor > 0 ? a.divisor : window.rows.count &* window.columns.count
      let share = 1 / Float(count)
      for y in window.rows {
        for x in window.columns {
          addScaled(
            gradient, share, inputGradient + (y &* a.inputWidth &+ x) &* a.channels, a.channels)
        }
      }
    }
  }
}
