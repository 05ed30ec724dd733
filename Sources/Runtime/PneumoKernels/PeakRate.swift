// x ← x · factor + shift, in chains that do not wait for each other.
//
// What a core can do at best: no memory is touched, and there are more chains than it has
// multiply-add units times cycles that one takes, yet no more than fit the registers of any target.

/// Multiplies and adds in `rounds` rounds, and returns how many multiplications with an addition
/// that was, counting the elements of vectors.
///
/// `output` is room for a vector; the sums go there so that the compiler cannot leave them out.
func multiplyAddPeak(_ rounds: Int, _ output: UnsafeMutablePointer<Float>) -> Int {
  // Numbers that stay near 2, so that none becomes subnormal or infinite.
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
  // SAFETY: room for a vector.
  store(a.sum + b.sum + c.sum, output)
  return 3 &* Chains.count &* Vector.scalarCount &* rounds
}

/// Four sums. Private, and methods always inlined, like the sums in Tile.swift.
private struct Chains {
  static let count = 4
  var a: Vector, b: Vector, c: Vector, d: Vector

  /// Sums that differ, or the compiler would compute one for all.
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
