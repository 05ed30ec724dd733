// The only file that knows which instruction set it is compiled for, but for the tiles that are
// compiled in Tile.swift.

#if KERNEL_AVX512
typealias Vector = SIMD16<Float>
typealias IntVector = SIMD16<Int32>
let isaName = "avx512"
#elseif KERNEL_AVX2
typealias Vector = SIMD8<Float>
typealias IntVector = SIMD8<Int32>
typealias HalfVector = SIMD8<Float16>
let isaName = "avx2"
#else
typealias Vector = SIMD4<Float>
typealias IntVector = SIMD4<Int32>
typealias HalfVector = SIMD4<Float16>
let isaName = "baseline"
#endif

/// Whether halves are widened by an instruction. Otherwise they are better widened once.
#if KERNEL_AVX512 || KERNEL_AVX2 || arch(arm64)
let widensHalves = true
#else
let widensHalves = false
#endif

/// Output channels of a block of packed weights: two vectors.
let blockChannels = 2 * Vector.scalarCount

/// `accumulator + a * b`, fused where the target has FMA.
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

/// Elements of any alignment.
@inline(__always)
func load(_ pointer: UnsafePointer<Float>) -> Vector {
  UnsafeRawPointer(pointer).loadUnaligned(as: Vector.self)
}

@inline(__always)
func store(_ vector: Vector, _ pointer: UnsafeMutablePointer<Float>) {
  UnsafeMutableRawPointer(pointer).storeBytes(of: vector, as: Vector.self)
}

/// Halves of any alignment, widened. (Without F16C this is a call for each element.)
@inline(__always)
func load(_ pointer: UnsafePointer<Float16>) -> Vector {
  #if KERNEL_AVX512
  // In two steps, because the conversion of sixteen is a generic function that is not inlined.
  let low = UnsafeRawPointer(pointer).loadUnaligned(as: SIMD8<Float16>.self)
  let high = UnsafeRawPointer(pointer + 8).loadUnaligned(as: SIMD8<Float16>.self)
  return Vector(lowHalf: SIMD8<Float>(low), highHalf: SIMD8<Float>(high))
  #else
  return Vector(UnsafeRawPointer(pointer).loadUnaligned(as: HalfVector.self))
  #endif
}

/// The first `count` elements, at most a vector of them, then zeros.
@inline(__always)
func load(_ pointer: UnsafePointer<Float>, first count: Int) -> Vector {
  var vector = Vector.zero
  for lane in 0..<count { vector[lane] = pointer[lane] }
  return vector
}

/// The first `count` elements, at most a vector of them.
@inline(__always)
func store(_ vector: Vector, _ pointer: UnsafeMutablePointer<Float>, first count: Int) {
  for lane in 0..<count { pointer[lane] = vector[lane] }
}

// `larger(x, low)` and `smaller(x, high)` keep a NaN of x. `pointwiseMax` and `clamped` would be
// calls, and so would be one function of both: write `smaller(larger(x, low), high)`.

/// The larger of each two elements.
@inline(__always)
func larger(_ a: Vector, _ b: Vector) -> Vector { a.replacing(with: b, where: a .< b) }

/// The smaller of each two elements.
@inline(__always)
func smaller(_ a: Vector, _ b: Vector) -> Vector { a.replacing(with: b, where: a .> b) }
