// exp, sigmoid, tanh, swish and softmax.
//
// exp(x) = 2^n · exp(r), where n = round(x / ln 2) and r = x - n · ln 2, computed in two steps
// (Cody & Waite 1980). exp(r) is the degree-7 polynomial of Cephes' expf (Moshier 1989). The
// relative error is below 3e-7.

/// e^x, with the argument clamped to ±87.
@inline(__always)
private func exponential(_ argument: Vector) -> Vector {
  let limit = Vector(repeating: 87)
  let x = smaller(larger(argument, -limit), limit)
  // Adding 1.5 · 2^23 rounds to an integer and leaves it in the low bits of the significand.
  let shifter = Vector(repeating: 0x1.8p23)
  let shifted = multiplyAdd(shifter, x, Vector(repeating: 1.442_695_04))
  let n = shifted - shifter
  let high = multiplyAdd(x, n, Vector(repeating: -0.693_359_375))
  let r = multiplyAdd(high, n, Vector(repeating: 2.121_944_4e-4))
  var p = Vector(repeating: 1.987_569_15e-4)
  p = multiplyAdd(Vector(repeating: 1.398_199_95e-3), p, r)
  p = multiplyAdd(Vector(repeating: 8.333_451_9e-3), p, r)
  p = multiplyAdd(Vector(repeating: 4.166_579_6e-2), p, r)
  p = multiplyAdd(Vector(repeating: 1.666_666_55e-1), p, r)
  p = multiplyAdd(Vector(repeating: 0.5), p, r)
  let square = r * r
  let y = multiplyAdd(r + 1, p, square)
  let exponent = unsafeBitCast(shifted, to: IntVector.self) &<< 23
  return unsafeBitCast(unsafeBitCast(y, to: IntVector.self) &+ exponent, to: Vector.self)
}

@inline(__always)
private func sigmoid(_ x: Vector) -> Vector { 1 / (1 + exponential(-x)) }

/// For small x this uses the odd polynomial of Cephes' tanhf, which keeps the relative error small.
@inline(__always)
private func tanh(_ x: Vector) -> Vector {
  let z = x * x
  var p = Vector(repeating: -5.704_988_7e-3)
  p = multiplyAdd(Vector(repeating: 2.063_908_9e-2), p, z)
  p = multiplyAdd(Vector(repeating: -5.373_971_6e-2), p, z)
  p = multiplyAdd(Vector(repeating: 1.333_144_2e-1), p, z)
  p = multiplyAdd(Vector(repeating: -3.333_328_2e-1), p, z)
  let small = multiplyAdd(x, p * z, x)
  let large = 1 - 2 / (exponential(x + x) + 1)
  return large.replacing(with: small, where: z .< Vector(repeating: 0.390_625))
}

@inline(__always)
private func swish(_ x: Vector) -> Vector { x / (1 + exponential(-x)) }

/// `1 / (1 + exp(-x))`
func sigmoid(
  _ input: UnsafePointer<Float>, _ output: UnsafeMutablePointer<Float>, _ count: Int
) {
  map(input, output, count) { sigmoid($0) }
}

/// The hyperbolic tangent.
func tanh(_ input: UnsafePointer<Float>, _ output: UnsafeMutablePointer<Float>, _ count: Int) {
  map(input, output, count) { tanh($0) }
}

/// `x / (1 + exp(-x))`
func swish(_ input: UnsafePointer<Float>, _ output: UnsafeMutablePointer<Float>, _ count: Int) {
  map(input, output, count) { swish($0) }
}

/// `output[i] = function(input[i])`
@inline(__always)
private func map(
  _ input: UnsafePointer<Float>, _ output: UnsafeMutablePointer<Float>, _ count: Int,
  _ function: (Vector) -> Vector
) {
  var i = 0
  while i < count {
    let lanes = min(count &- i, Vector.scalarCount)
    store(function(load(input + i, first: lanes)), output + i, first: lanes)
    i &+= Vector.scalarCount
  }
}

/// Softmax over the channels of each pixel. The maximum is subtracted first to prevent overflow.
func softmax(
  _ input: UnsafePointer<Float>, _ output: UnsafeMutablePointer<Float>, _ pixels: Int,
  _ channels: Int
) {
  for p in 0..<pixels {
    let x = input + p &* channels
    let y = output + p &* channels
    var largest = x[0]
    for c in 1..<max(channels, 1) where x[c] > largest { largest = x[c] }
    var sum: Float = 0
    var c = 0
    while c < channels {
      let lanes = min(channels &- c, Vector.scalarCount)
      let e = exponential(load(x + c, first: lanes) - Vector(repeating: largest))
      store(e, y + c, first: lanes)
      for lane in 0..<lanes { sum += y[c &+ lane] }
      c &+= Vector.scalarCount
    }
    for c in 0..<channels { y[c] /= sum }
  }
}

/// The gradient of `x · s(x)`, where s is the sigmoid, in place: `s + x · s · (1 - s)`.
func swishGradient(
  _ input: UnsafePointer<Float>, _ gradient: UnsafeMutablePointer<Float>, _ count: Int
) {
  var i = 0
  // SAFETY: both arrays have `count` elements.
  while i < count {
    let remaining = count &- i
    let x = load(input + i, first: remaining)
    let s = sigmoid(x)
    let slope = multiplyAdd(s, x * s, 1 - s)
    store(
      load(UnsafePointer(gradient + i), first: remaining) * slope, gradient + i, first: remaining)
    i &+= Vector.scalarCount
  }
}
