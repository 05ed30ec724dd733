import PneumoKernelABI

/// `output[i] = a[i] + b[i]`
func add(
  _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, _ output: UnsafeMutablePointer<Float>,
  _ count: Int
) {
  var i = 0
  while i &+ Vector.scalarCount <= count {
    store(load(a + i) + load(b + i), output + i)
    i &+= Vector.scalarCount
  }
  while i < count {
    output[i] = a[i] + b[i]
    i &+= 1
  }
}

/// `output[p][c] = input[p][c] * scale[c] + shift[c]`
func scaleAndShift(_ arguments: UnsafePointer<ScaleArguments>, _ pixels: Int) {
  let a = arguments.pointee
  for p in 0..<pixels {
    let input = a.input + p &* a.channels
    let output = a.output + p &* a.channels
    var c = 0
    while c &+ Vector.scalarCount <= a.channels {
      store(multiplyAdd(load(a.shift + c), load(input + c), load(a.scale + c)), output + c)
      c &+= Vector.scalarCount
    }
    while c < a.channels {
      output[c] = multiplyAdd(a.shift[c], input[c], a.scale[c])
      c &+= 1
    }
  }
}

/// `output[i] = min(max(input[i], low), high)`
func clamp(
  _ input: UnsafePointer<Float>, _ low: Float, _ high: Float,
  _ output: UnsafeMutablePointer<Float>, _ count: Int
) {
  let lows = Vector(repeating: low)
  let highs = Vector(repeating: high)
  var i = 0
  while i &+ Vector.scalarCount <= count {
    store(smaller(larger(load(input + i), lows), highs), output + i)
    i &+= Vector.scalarCount
  }
  while i < count {
    let x = input[i]
    output[i] = x < low ? low : x > high ? high : x
    i &+= 1
  }
}

/// Converts finite half-precision numbers to `Float`.
///
/// The bits of a half, shifted to the corresponding bits of a `Float`, represent the value times
/// 2^-112, even for subnormals; one exact multiplication corrects the scale.
func widenHalf(
  _ input: UnsafePointer<UInt16>, _ output: UnsafeMutablePointer<Float>, _ count: Int
) {
  for i in 0..<count {
    let half = UInt32(truncatingIfNeeded: input[i])
    let magnitude = Float(bitPattern: (half & 0x7FFF) &<< 13) * 0x1p112
    output[i] = Float(bitPattern: magnitude.bitPattern | (half & 0x8000) &<< 16)
  }
}
