import PneumoKernelABI

// output[y][x][c] = max or mean over the window at (y·s - top, x·s - left), clipped to the image,
// in row-major order.
//
// A maximum may pass over a NaN that is not the first of its window: it is one instruction an element,
// and keeping NaN would take three. What runs networks refuses images that are not finite.

/// Computes output rows `firstRow..<endRow`.
func poolMax(_ arguments: UnsafePointer<PoolingArguments>, _ firstRow: Int, _ endRow: Int) {
  let a = arguments.pointee
  for row in firstRow..<endRow {
    for x in 0..<a.outputWidth {
      let window = Window(a, row, x)
      let output = a.output + (row &* a.outputWidth &+ x) &* a.channels
      var c = 0
      while c &+ Vector.scalarCount <= a.channels {
        var largest = load(a.input + window.first(a) + c)
        for y in window.rows {
          for x in window.columns {
            let value = load(a.input + (y &* a.inputWidth &+ x) &* a.channels + c)
            largest = largest.replacing(with: value, where: value .> largest)
          }
        }
        store(largest, output + c)
        c &+= Vector.scalarCount
      }
      while c < a.channels {
        var largest = a.input[window.first(a) &+ c]
        for y in window.rows {
          for x in window.columns {
            let value = a.input[(y &* a.inputWidth &+ x) &* a.channels &+ c]
            if value > largest { largest = value }
          }
        }
        output[c] = largest
        c &+= 1
      }
    }
  }
}

/// Computes output rows `firstRow..<endRow`.
func poolAverage(_ arguments: UnsafePointer<PoolingArguments>, _ firstRow: Int, _ endRow: Int) {
  let a = arguments.pointee
  for row in firstRow..<endRow {
    for x in 0..<a.outputWidth {
      let window = Window(a, row, x)
      let count = a.divisor > 0 ? a.divisor : window.rows.count &* window.columns.count
      let output = a.output + (row &* a.outputWidth &+ x) &* a.channels
      let divisor = Vector(repeating: Float(count))
      var c = 0
      while c &+ Vector.scalarCount <= a.channels {
        var sum = Vector.zero
        for y in window.rows {
          for x in window.columns {
            sum += load(a.input + (y &* a.inputWidth &+ x) &* a.channels + c)
          }
        }
        store(sum / divisor, output + c)
        c &+= Vector.scalarCount
      }
      while c < a.channels {
        var sum: Float = 0
        for y in window.rows {
          for x in window.columns {
            sum += a.input[(y &* a.inputWidth &+ x) &* a.channels &+ c]
          }
        }
        output[c] = sum / Float(count)
        c &+= 1
      }
    }
  }
}

// MARK: Gradients
//
// The gradient of a window goes to the first of its largest elements or, for a mean, in equal parts
// to all elements that lie inside the image.

/// Adds the gradient of one image's max pooling to `inputGradient`.
func poolMaxGradient(
  _ arguments: UnsafePointer<PoolingArguments>, _ outputHeight: Int,
  _ outputGradient: UnsafePointer<Float>, _ inputGradient: UnsafeMutablePointer<Float>
) {
  let a = arguments.pointee
  for row in 0..<outputHeight {
    for x in 0..<a.outputWidth {
      let window = Window(a, row, x)
      let gradient = outputGradient + (row &* a.outputWidth &+ x) &* a.channels
      var c = 0
      while c < a.channels {
        let remaining = a.channels &- c
        var largest = load(a.input + (window.first(a) &+ c), first: remaining)
        for y in window.rows {
          for x in window.columns {
            let place = (y &* a.inputWidth &+ x) &* a.channels &+ c
            largest = larger(largest, load(a.input + place, first: remaining))
          }
        }
        // The first element equal to the maximum takes the gradient and leaves none for the others.
        var rest = load(gradient + c, first: remaining)
        for y in window.rows {
          for x in window.columns {
            let place = (y &* a.inputWidth &+ x) &* a.channels &+ c
            let isChosen = load(a.input + place, first: remaining) .== largest
            let target = inputGradient + place
            let share = rest.replacing(with: Vector.zero, where: .!isChosen)
            store(load(UnsafePointer(target), first: remaining) + share, target, first: remaining)
            rest = rest.replacing(with: Vector.zero, where: isChosen)
          }
        }
        c &+= Vector.scalarCount
      }
    }
  }
}

/// Adds the gradient of one image's average pooling to `inputGradient`.
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

/// The part of a window that lies inside the image; never empty.
private struct Window {
  let rows: Range<Int>
  let columns: Range<Int>

  @inline(__always)
  init(_ a: PoolingArguments, _ row: Int, _ x: Int) {
    let y0 = row &* a.strideHeight &- a.top
    let x0 = x &* a.strideWidth &- a.left
    rows = max(y0, 0)..<min(y0 &+ a.windowHeight, a.inputHeight)
    columns = max(x0, 0)..<min(x0 &+ a.windowWidth, a.inputWidth)
  }

  /// The offset of the window's first pixel.
  @inline(__always)
  func first(_ a: PoolingArguments) -> Int {
    (rows.lowerBound &* a.inputWidth &+ columns.lowerBound) &* a.channels
  }
}
