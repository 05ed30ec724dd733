/// The kernels of one instruction set.
///
/// Every type that crosses from a kernel target to the rest of the package is declared in this
/// target, which is compiled for the baseline CPU. Kernels are called with pointers and numbers
/// only, never with vectors: their registers differ between the targets.
///
/// Activations are rows of pixels of channels (NHWC). Kernels check nothing: the caller
/// guarantees that all they touch lies inside the buffers it passes.
public struct KernelTable: Sendable {
  /// `baseline`, `avx2` or `avx512`.
  public let name: String
  /// Output channels of one block of packed weights.
  public let blockChannels: Int

  /// Convolution of output rows `firstRow..<endRow` of one image with packed weights, bias and
  /// clamping fused. Also a dense layer, whose images of a batch are the pixels of one row.
  public let convolveDirect:
    @Sendable (UnsafePointer<ConvolutionArguments>, _ firstRow: Int, _ endRow: Int) -> Void
  /// Convolution of each channel with a filter of its own.
  public let convolveDepthwise:
    @Sendable (UnsafePointer<ConvolutionArguments>, _ firstRow: Int, _ endRow: Int) -> Void
  /// Largest element of each window, by channel.
  public let poolMax:
    @Sendable (UnsafePointer<PoolingArguments>, _ firstRow: Int, _ endRow: Int) -> Void
  /// Mean of each window, by channel.
  public let poolAverage:
    @Sendable (UnsafePointer<PoolingArguments>, _ firstRow: Int, _ endRow: Int) -> Void

  /// `output[i] = a[i] + b[i]`; `output` may be `a` or `b`.
  public let add: @Sendable (_ a: In, _ b: In, _ output: Out, _ count: Int) -> Void
  /// `output[p][c] = input[p][c] * scale[c] + shift[c]`; `output` may be `input`.
  public let scaleAndShift: @Sendable (UnsafePointer<ScaleArguments>, _ pixels: Int) -> Void
  /// `output[i] = min(max(input[i], low), high)`; `output` may be `input`.
  public let clamp:
    @Sendable (_ input: In, _ low: Float, _ high: Float, _ output: Out, _ count: Int) -> Void
  /// `1 / (1 + exp(-x))`; `output` may be `input`.
  public let sigmoid: @Sendable (_ input: In, _ output: Out, _ count: Int) -> Void
  /// Hyperbolic tangent; `output` may be `input`.
  public let tanh: @Sendable (_ input: In, _ output: Out, _ count: Int) -> Void
  /// `x / (1 + exp(-x))`; `output` may be `input`.
  public let swish: @Sendable (_ input: In, _ output: Out, _ count: Int) -> Void
  /// Softmax over the channels of each pixel; `output` may be `input`.
  public let softmax: @Sendable (_ input: In, _ output: Out, _ pixels: Int, _ channels: Int) -> Void

  /// Packs a matrix of `rows` × `columns`, whose rows are `rowStride` apart, for
  /// `convolveDirect`: blocks of `blockChannels` columns, each block row by row, zeros in the
  /// columns that the last block lacks.
  public let packBlocks: @Sendable (UnsafePointer<PackingArguments>) -> Void
  /// Widens finite half-precision numbers.
  public let widenHalf:
    @Sendable (_ input: UnsafePointer<UInt16>, _ output: Out, _ count: Int) -> Void

  /// Multiplies and adds in registers alone, in `rounds` rounds: the fastest that a core can do.
  /// Returns the number of multiplications with an addition. `output` is room for `blockChannels`
  /// elements.
  public let multiplyAddPeak: @Sendable (_ rounds: Int, _ output: Out) -> Int

  /// Numbers that a kernel reads.
  public typealias In = UnsafePointer<Float>
  /// Numbers that a kernel writes.
  public typealias Out = UnsafeMutablePointer<Float>

  /// A table of all kernels of one instruction set.
  public init(
    name: String, blockChannels: Int,
    convolveDirect: @escaping @Sendable (UnsafePointer<ConvolutionArguments>, Int, Int) -> Void,
    convolveDepthwise: @escaping @Sendable (UnsafePointer<ConvolutionArguments>, Int, Int) -> Void,
    poolMax: @escaping @Sendable (UnsafePointer<PoolingArguments>, Int, Int) -> Void,
    poolAverage: @escaping @Sendable (UnsafePointer<PoolingArguments>, Int, Int) -> Void,
    add: @escaping @Sendable (In, In, Out, Int) -> Void,
    scaleAndShift: @escaping @Sendable (UnsafePointer<ScaleArguments>, Int) -> Void,
    clamp: @escaping @Sendable (In, Float, Float, Out, Int) -> Void,
    sigmoid: @escaping @Sendable (In, Out, Int) -> Void,
    tanh: @escaping @Sendable (In, Out, Int) -> Void,
    swish: @escaping @Sendable (In, Out, Int) -> Void,
    softmax: @escaping @Sendable (In, Out, Int, Int) -> Void,
    packBlocks: @escaping @Sendable (UnsafePointer<PackingArguments>) -> Void,
    widenHalf: @escaping @Sendable (UnsafePointer<UInt16>, Out, Int) -> Void,
    multiplyAddPeak: @escaping @Sendable (Int, Out) -> Int
  ) {
    self.name = name
    self.blockChannels = blockChannels
    self.convolveDirect = convolveDirect
    self.convolveDepthwise = convolveDepthwise
    self.poolMax = poolMax
    self.poolAverage = poolAverage
    self.add = add
    self.scaleAndShift = scaleAndShift
    self.clamp = clamp
    self.sigmoid = sigmoid
    self.tanh = tanh
    self.swish = swish
    self.softmax = softmax
    self.packBlocks = packBlocks
    self.widenHalf = widenHalf
    self.multiplyAddPeak = multiplyAddPeak
  }
}
