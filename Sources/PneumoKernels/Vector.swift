// The only file that knows which instruction set it is compiled for, but for the size of the tile in
// ConvolutionDirect.swift.

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

/// NaN stays NaN.
@inline(__always)
func clamp(_ x: Vector, _ low: Vector, _ high: Vector) -> Vector {
  let raised = x.replacing(with: low, where: x .< low)
  return raised.replacing(with: high, where: raised .> high)
}
