// Hard-swish, x · min(max(x + 3, 0), 6) / 6 (Howard et al. 2019), and its gradient. SAFETY: all arrays
// have `count` elements.

/// `output[i] = input[i] · min(max(input[i] + 3, 0), 6) / 6`
func hardSwish(
  _ input: UnsafePointer<Float>, _ output: UnsafeMutablePointer<Float>, _ count: Int
) {
  let (three, six) = (Vector(repeating: 3), Vector(repeating: 6))
  let sixth = Vector(repeating: 1 / 6)
  var i = 0
  while i < count {
    let remaining = count &- i
    let x = load(input + i, first: remaining)
    let gate = smaller(larger(x + three, Vector.zero), six) * sixth
    store(x * gate, output + i, first: remaining)
    i &+= Vector.scalarCount
  }
}

/// The gradient, in place: 0 below -3, 1 above 3, and `x / 3 + 1/2` between them.
func hardSwishGradient(
  _ input: UnsafePointer<Float>, _ gradient: UnsafeMutablePointer<Float>, _ count: Int
) {
  let three = Vector(repeating: 3)
  let (half, third) = (Vector(repeating: 0.5), Vector(repeating: 1 / 3))
  var i = 0
  while i < count {
    let remaining = count &- i
    let x = load(input + i, first: remaining)
    var slope = multiplyAdd(half, x, third)
    slope.replace(with: Vector.zero, where: x .< -three)
    slope.replace(with: Vector.one, where: x .> three)
    store(
      load(UnsafePointer(gradient + i), first: remaining) * slope, gradient + i, first: remaining)
    i &+= Vector.scalarCount
  }
}
