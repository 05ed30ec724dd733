// x ← x · factor + shift, in independent chains.
//
// This is the peak rate of a core: no memory is accessed, and the number of chains exceeds the
// number of multiply-add units times their latency, yet the chains fit in the registers of every
// target.

/// Performs `rounds` rounds of multiply-adds, and returns the number of multiply-adds, counting
/// each element of a vector.
///
/// `output` has room for a vector; the sums are stored there so that the compiler cannot remove
/// them.
func multiplyAddPeak(_ rounds: Int, _ output: UnsafeMutablePointer<Float>) -> Int {
  // Values that converge to 2, so that none becomes subnormal or infinite.
  let factor = Vector(repeating: 0.5)
  let shift = Vector(repeating: 1)
  var (a, b, c) = (Chains(from: 1), Chains(from: 1.25), Chains(from: 1.5))
  var round = 0
  while round < rounds {
    a.step(factor, shift)
    b.step(factor, shift)
    c.step(factor, shift)
    round &+= 1
  }
  // SAFETY: `output` has room for a vector.
  store(a.sum + b.sum + c.sum, output)
  return 3 &* Chains.count &* Vector.scalarCount &* rounds
}

/// Four sums. Private, with methods that are always inlined, like the sums in Tile.swift.
private struct Chains {
  static let count = 4
  var a: Vector, b: Vector, c: Vector, d: Vector

  /// Starts from different values; otherwise the compiler would compute a single sum.
  @inline(__always)
  init(from first: Float) {
    a = Vector(repeating: first)
    b = Vector(repeating: first + 0.0625)
    c = Vector(repeating: first + 0.125)
    d = Vector(repeating: first + 0.1875)
  }

  @inline(__always)
  mutating func step(_ factor: Vector, _ shift: Vector) {
    a = multiplyAdd(shift, a, factor)
    b = multiplyAdd(shift, b, factor)
    c = multiplyAdd(shift, c, factor)
    d = multiplyAdd(shift, d, factor)
  }

  var sum: Vector {
    @inline(__always) get { (a + b) + (c + d) }
  }
}
