// The sums of a tile of outputs: pixels × two vectors of channels, held in registers.
//
// Named fields instead of an array, and methods that are always inlined, because the compiler
// keeps a small array of vectors in memory where it does not unroll the loop over it.

/// Three pixels.
struct Sums3 {
  static let pixels = 3
  var a0: Vector, a1: Vector, b0: Vector, b1: Vector, c0: Vector, c1: Vector

  @inline(__always)
  init(_ bias0: Vector, _ bias1: Vector) {
    a0 = bias0
    a1 = bias1
    b0 = bias0
    b1 = bias1
    c0 = bias0
    c1 = bias1
  }

  /// Adds input times weights; the inputs of neighbouring pixels are `step` apart.
  @inline(__always)
  mutating func add(_ input: UnsafePointer<Float>, _ step: Int, _ w0: Vector, _ w1: Vector) {
    let a = Vector(repeating: input[0])
    a0 = multiplyAdd(a0, a, w0)
    a1 = multiplyAdd(a1, a, w1)
    let b = Vector(repeating: input[step])
    b0 = multiplyAdd(b0, b, w0)
    b1 = multiplyAdd(b1, b, w1)
    let c = Vector(repeating: input[2 &* step])
    c0 = multiplyAdd(c0, c, w0)
    c1 = multiplyAdd(c1, c, w1)
  }

  /// Passes the two vectors of each pixel to `store`, with the number of the pixel from `first` on.
  @inline(__always)
  func forEach(from first: Int, _ store: (Int, Vector, Vector) -> Void) {
    store(first, a0, a1)
    store(first &+ 1, b0, b1)
    store(first &+ 2, c0, c1)
  }
}

/// Six pixels.
struct Sums6 {
  static let pixels = 6
  var low: Sums3, high: Sums3

  @inline(__always)
  init(_ bias0: Vector, _ bias1: Vector) {
    low = Sums3(bias0, bias1)
    high = Sums3(bias0, bias1)
  }

  @inline(__always)
  mutating func add(_ input: UnsafePointer<Float>, _ step: Int, _ w0: Vector, _ w1: Vector) {
    low.add(input, step, w0, w1)
    high.add(input + 3 &* step, step, w0, w1)
  }

  @inline(__always)
  func forEach(from first: Int, _ store: (Int, Vector, Vector) -> Void) {
    low.forEach(from: first, store)
    high.forEach(from: first &+ 3, store)
  }
}

/// Twelve pixels.
struct Sums12 {
  static let pixels = 12
  var low: Sums6, high: Sums6

  @inline(__always)
  init(_ bias0: Vector, _ bias1: Vector) {
    low = Sums6(bias0, bias1)
    high = Sums6(bias0, bias1)
  }

  @inline(__always)
  mutating func add(_ input: UnsafePointer<Float>, _ step: Int, _ w0: Vector, _ w1: Vector) {
    low.add(input, step, w0, w1)
    high.add(input + 6 &* step, step, w0, w1)
  }

  @inline(__always)
  func forEach(from first: Int, _ store: (Int, Vector, Vector) -> Void) {
    low.forEach(from: first, store)
    high.forEach(from: first &+ 6, store)
  }
}
