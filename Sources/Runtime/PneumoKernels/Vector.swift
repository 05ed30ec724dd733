// The only file that depends on the instruction set it is compiled for, apart from the choice of
// tile sizes in Tile.swift.

#if KERNEL_AVX512
typealias Vector = SIMD16<Float>
typealias IntVector = SIMD16<Int32>
let isaName = "avx512"
#elseif KERNEL_AVX2
typealias Vector = SIMD8<Float>
typealias IntVector = SIMD8<Int32>
let isaName = "avx2"
#else
typealias Vector = SIMD4<Float>
typealias IntVector = SIMD4<Int32>
let isaName = "baseline"
#endif

/// The channels of a pixel with at most four.
typealias Four = SIMD4<Float>

/// Whether there is an instruction that converts half precision to single. Without it, weights are
/// better converted once, in advance.
#if KERNEL_AVX512 || KERNEL_AVX2 || arch(arm64)
let widensHalves = true
#else
let widensHalves = false
#endif

/// Output channels in a block of packed weights: two vectors.
let blockChannels = 2 * Vector.scalarCount

/// `accumulator + a * b`, fused if the target has FMA.
///
/// Without FMA, `addingProduct` would call libm's `fmaf` once per lane.
@inline(__always)
func multiplyAdd(_ accumulator: Vector, _ a: Vector, _ b: Vector) -> Vector {
  #if KERNEL_AVX512 || KERNEL_AVX2
  accumulator.addingProduct(a, b)
  #else
  accumulator + a * b
  #endif
}

/// One element of ``multiplyAdd(_:_:_:)`` with the same rounding.
@inline(__always)
func multiplyAdd(_ accumulator: Float, _ a: Float, _ b: Float) -> Float {
  #if KERNEL_AVX512 || KERNEL_AVX2
  accumulator.addingProduct(a, b)
  #else
  accumulator + a * b
  #endif
}

/// Loads a vector at any alignment.
@inline(__always)
func load(_ pointer: UnsafePointer<Float>) -> Vector {
  UnsafeRawPointer(pointer).loadUnaligned(as: Vector.self)
}

@inline(__always)
func store(_ vector: Vector, _ pointer: UnsafeMutablePointer<Float>) {
  UnsafeMutableRawPointer(pointer).storeBytes(of: vector, as: Vector.self)
}

/// Loads four elements at any alignment.
@inline(__always)
func loadFour(_ pointer: UnsafePointer<Float>) -> Four {
  UnsafeRawPointer(pointer).loadUnaligned(as: Four.self)
}

// On baseline, four elements are a whole vector.
#if KERNEL_AVX512 || KERNEL_AVX2
/// ``multiplyAdd(_:_:_:)`` for four elements.
@inline(__always)
func multiplyAdd(_ accumulator: Four, _ a: Four, _ b: Four) -> Four {
  accumulator.addingProduct(a, b)
}

/// Stores four elements at any alignment.
@inline(__always)
func store(_ four: Four, _ pointer: UnsafeMutablePointer<Float>) {
  UnsafeMutableRawPointer(pointer).storeBytes(of: four, as: Four.self)
}
#endif

/// Loads half-precision elements at any alignment, converted to `Float`. (Without F16C, this is a
/// function call per element.)
///
/// The conversion is written element by element, which compiles to a single instruction. Swift's
/// conversion of vectors is a generic function, whose specialization the linker could share.
@inline(__always)
func load(_ pointer: UnsafePointer<Float16>) -> Vector {
  #if KERNEL_AVX512
  return Vector(lowHalf: widenEight(pointer), highHalf: widenEight(pointer + 8))
  #elseif KERNEL_AVX2
  return widenEight(pointer)
  #else
  return Vector(Float(pointer[0]), Float(pointer[1]), Float(pointer[2]), Float(pointer[3]))
  #endif
}

#if KERNEL_AVX512 || KERNEL_AVX2
@inline(__always)
private func widenEight(_ p: UnsafePointer<Float16>) -> SIMD8<Float> {
  SIMD8<Float>(
    Float(p[0]), Float(p[1]), Float(p[2]), Float(p[3]), Float(p[4]), Float(p[5]), Float(p[6]),
    Float(p[7]))
}
#endif

/// Loads the first `count` elements, at most a vector of them, and fills the rest with zeros.
@inline(__always)
func load(_ pointer: UnsafePointer<Float>, first count: Int) -> Vector {
  if count >= Vector.scalarCount { return load(pointer) }
  var vector = Vector.zero
  for lane in 0..<count { vector[lane] = pointer[lane] }
  return vector
}

/// Stores the first `count` elements, at most a vector of them.
@inline(__always)
func store(_ vector: Vector, _ pointer: UnsafeMutablePointer<Float>, first count: Int) {
  if count >= Vector.scalarCount { return store(vector, pointer) }
  for lane in 0..<count { pointer[lane] = vector[lane] }
}

// `larger(x, low)` and `smaller(x, high)` propagate a NaN in x, but none in the limit. `pointwiseMax` and `clamped` would
// compile to function calls, and so would a helper that combines both: to clamp, write
// `smaller(larger(x, low), high)`.

/// The larger of each pair of elements.
@inline(__always)
func larger(_ a: Vector, _ b: Vector) -> Vector { a.replacing(with: b, where: a .< b) }

/// The smaller of each pair of elements.
@inline(__always)
func smaller(_ a: Vector, _ b: Vector) -> Vector { a.replacing(with: b, where: a .> b) }
