/// The kernels of one instruction set.
///
/// Every type shared between a kernel target and the rest of the package is declared in this
/// target, which is compiled for the baseline CPU. Kernels take pointers and scalars only, never
/// vectors, since vector registers differ between the targets. The declarations are `public`, though
/// no product offers them, because the compiler does not inline `package` functions of another
/// module: kernels would call a getter in their inner loops (5% more instructions).
///
/// Activations are in NHWC order. Kernels check nothing: the caller guarantees that everything they
/// access lies inside the buffers it passes.
public struct KernelTable: Sendable {
  /// `baseline`, `avx2` or `avx512`.
  public let name: String
  /// Output channels in one block of packed weights.
  public let blockChannels: Int
  /// Elements in a vector.
  public let vectorCount: Int

  /// `columns` rounded up to whole blocks.
  public func padded(_ columns: Int) -> Int {
    (columns + blockChannels - 1) / blockChannels * blockChannels
  }

  /// The largest number of pixels, tiles or images whose sums are computed together.
  public let tilePixels: Int
  /// The number of elements in four tiles of sums, one for each pixel of a 2×2 window.
  public var tileCount: Int { 4 * tilePixels * blockChannels }
  /// The number of elements of `convolveWinogradRows`' scratch memory.
  public var rowStripCount: Int {
    WinogradRowStrip.scratchCount(blockChannels: blockChannels, tilePixels: tilePixels)
  }
  /// Whether `multiplyDense` should be given half-precision weights without conversion.
  public let widensHalves: Bool

  /// Computes output rows `firstRow..<endRow` of one image's convolution with packed weights, fused
  /// with bias, clamping and 2×2 pooling.
  public let convolveDirect:
    @Sendable (UnsafePointer<ConvolutionArguments>, _ firstRow: Int, _ endRow: Int) -> Void
  /// Computes several tiles of a convolution with transformed weights, fused with bias, clamping
  /// and 2×2 pooling. It consists of the three kernels that follow, the last two for each block of
  /// output channels.
  public let convolveWinograd:
    @Sendable (UnsafePointer<WinogradArguments>, _ firstTile: Int, _ count: Int) -> Void
  /// Transforms the inputs of several tiles.
  public let transformWinogradInput:
    @Sendable (UnsafePointer<WinogradArguments>, _ firstTile: Int, _ count: Int) -> Void
  /// Multiplies transformed inputs by transformed weights.
  public let multiplyWinograd:
    @Sendable (UnsafePointer<WinogradArguments>, _ block: Int, _ count: Int) -> Void
  /// Transforms the products of several tiles into outputs.
  public let transformWinogradOutput:
    @Sendable (UnsafePointer<WinogradArguments>, _ block: Int, _ firstTile: Int, _ count: Int) ->
      Void
  /// Computes blocks `firstBlock..<endBlock` of a dense layer's outputs for all images.
  public let multiplyDense:
    @Sendable (UnsafePointer<DenseArguments>, _ firstBlock: Int, _ endBlock: Int) -> Void
  /// Computes output rows `firstRow..<endRow` of one image's depthwise convolution.
  public let convolveDepthwise:
    @Sendable (UnsafePointer<ConvolutionArguments>, _ firstRow: Int, _ endRow: Int) -> Void
  /// Max pooling: the largest element of each window, per channel.
  public let poolMax:
    @Sendable (UnsafePointer<PoolingArguments>, _ firstRow: Int, _ endRow: Int) -> Void
  /// Average pooling: the mean of each window, per channel.
  public let poolAverage:
    @Sendable (UnsafePointer<PoolingArguments>, _ firstRow: Int, _ endRow: Int) -> Void

  /// Copies the first channel of each pixel. Returns whether all channels of every pixel have the
  /// same bits; if not, `output` is incomplete.
  public let extractGray:
    @Sendable (_ input: In, _ channels: Int, _ output: Out, _ pixels: Int) -> Bool

  /// `output[i] = a[i] + b[i]`; `output` may be `a` or `b`.
  public let add: @Sendable (_ a: In, _ b: In, _ output: Out, _ count: Int) -> Void
  /// `output[r][c] = a[r][c] * row[c]`; `output` may be `a`.
  public let multiply:
    @Sendable (_ a: In, _ row: In, _ output: Out, _ rows: Int, _ columns: Int) -> Void
  /// `output[p][c] = input[p][c] * scale[c] + shift[c]`; `output` may be `input`.
  public let scaleAndShift: @Sendable (UnsafePointer<ScaleArguments>, _ pixels: Int) -> Void
  /// `output[i] = min(max(input[i], low), high)`; `output` may be `input`.
  public let clamp:
    @Sendable (_ input: In, _ low: Float, _ high: Float, _ output: Out, _ count: Int) -> Void
  /// `1 / (1 + exp(-x))`; `output` may be `input`.
  public let sigmoid: @Sendable (_ input: In, _ output: Out, _ count: Int) -> Void
  /// The hyperbolic tangent; `output` may be `input`.
  public let tanh: @Sendable (_ input: In, _ output: Out, _ count: Int) -> Void
  /// `x / (1 + exp(-x))`; `output` may be `input`.
  public let swish: @Sendable (_ input: In, _ output: Out, _ count: Int) -> Void
  /// `x * min(max(x + 3, 0), 6) / 6`; `output` may be `input`.
  public let hardSwish: @Sendable (_ input: In, _ output: Out, _ count: Int) -> Void
  /// Softmax over the channels of each pixel; `output` may be `input`.
  public let softmax: @Sendable (_ input: In, _ output: Out, _ pixels: Int, _ channels: Int) -> Void

  /// Packs the weights of a layer for `convolveDirect` or `multiplyDense`.
  public let packBlocks: @Sendable (UnsafePointer<PackingArguments>) -> Void
  /// Transforms the weights of a 3×3 convolution for `convolveWinograd`.
  public let packWinograd: @Sendable (UnsafePointer<WinogradPackingArguments>) -> Void
  /// Converts finite half-precision numbers to `Float`.
  public let widenHalf:
    @Sendable (_ input: UnsafePointer<UInt16>, _ output: Out, _ count: Int) -> Void

  /// Computes output rows `firstRow..<endRow` of one image's 3×3 convolution with stride 1 and at
  /// most four input channels, with weights transformed along rows, fused with bias, clamping and
  /// 2×2 pooling.
  public let convolveWinogradRows:
    @Sendable (UnsafePointer<ConvolutionArguments>, _ firstRow: Int, _ endRow: Int) -> Void
  /// Transforms the weights of a 3×3 convolution for `convolveWinogradRows`, with a tile size of 4.
  public let packWinogradRows: @Sendable (UnsafePointer<WinogradPackingArguments>) -> Void

  /// Performs `rounds` rounds of multiply-adds on registers, at the peak rate of a core. Returns
  /// the number of multiply-adds. `output` has room for `blockChannels` elements.
  public let multiplyAddPeak: @Sendable (_ rounds: Int, _ output: Out) -> Int

  /// The kernels that only training needs.
  public let training: TrainingKernels

  /// An array that a kernel reads.
  public typealias In = UnsafePointer<Float>
  /// An array that a kernel writes.
  public typealias Out = UnsafeMutablePointer<Float>

  /// Makes the table of one instruction set's kernels.
  public init(
    name: String, blockChannels: Int, vectorCount: Int, tilePixels: Int, widensHalves: Bool,
    convolveDirect: @escaping @Sendable (UnsafePointer<ConvolutionArguments>, Int, Int) -> Void,
    convolveWinograd: @escaping @Sendable (UnsafePointer<WinogradArguments>, Int, Int) -> Void,
    transformWinogradInput:
      @escaping @Sendable (UnsafePointer<WinogradArguments>, Int, Int) -> Void,
    multiplyWinograd: @escaping @Sendable (UnsafePointer<WinogradArguments>, Int, Int) -> Void,
    transformWinogradOutput:
      @escaping @Sendable (UnsafePointer<WinogradArguments>, Int, Int, Int) -> Void,
    multiplyDense: @escaping @Sendable (UnsafePointer<DenseArguments>, Int, Int) -> Void,
    convolveDepthwise: @escaping @Sendable (UnsafePointer<ConvolutionArguments>, Int, Int) -> Void,
    poolMax: @escaping @Sendable (UnsafePointer<PoolingArguments>, Int, Int) -> Void,
    poolAverage: @escaping @Sendable (UnsafePointer<PoolingArguments>, Int, Int) -> Void,
    extractGray: @escaping @Sendable (In, Int, Out, Int) -> Bool,
    add: @escaping @Sendable (In, In, Out, Int) -> Void,
    multiply: @escaping @Sendable (In, In, Out, Int, Int) -> Void,
    scaleAndShift: @escaping @Sendable (UnsafePointer<ScaleArguments>, Int) -> Void,
    clamp: @escaping @Sendable (In, Float, Float, Out, Int) -> Void,
    sigmoid: @escaping @Sendable (In, Out, Int) -> Void,
    tanh: @escaping @Sendable (In, Out, Int) -> Void,
    swish: @escaping @Sendable (In, Out, Int) -> Void,
    hardSwish: @escaping @Sendable (In, Out, Int) -> Void,
    softmax: @escaping @Sendable (In, Out, Int, Int) -> Void,
    packBlocks: @escaping @Sendable (UnsafePointer<PackingArguments>) -> Void,
    packWinograd: @escaping @Sendable (UnsafePointer<WinogradPackingArguments>) -> Void,
    widenHalf: @escaping @Sendable (UnsafePointer<UInt16>, Out, Int) -> Void,
    convolveWinogradRows:
      @escaping @Sendable (UnsafePointer<ConvolutionArguments>, Int, Int) -> Void,
    packWinogradRows: @escaping @Sendable (UnsafePointer<WinogradPackingArguments>) -> Void,
    multiplyAddPeak: @escaping @Sendable (Int, Out) -> Int,
    training: TrainingKernels
  ) {
    self.name = name
    self.blockChannels = blockChannels
    self.vectorCount = vectorCount
    self.tilePixels = tilePixels
    self.widensHalves = widensHalves
    self.convolveDirect = convolveDirect
    self.convolveWinograd = convolveWinograd
    self.transformWinogradInput = transformWinogradInput
    self.multiplyWinograd = multiplyWinograd
    self.transformWinogradOutput = transformWinogradOutput
    self.multiplyDense = multiplyDense
    self.convolveDepthwise = convolveDepthwise
    self.poolMax = poolMax
    self.poolAverage = poolAverage
    self.extractGray = extractGray
    self.add = add
    self.multiply = multiply
    self.scaleAndShift = scaleAndShift
    self.clamp = clamp
    self.sigmoid = sigmoid
    self.tanh = tanh
    self.swish = swish
    self.hardSwish = hardSwish
    self.softmax = softmax
    self.packBlocks = packBlocks
    self.packWinograd = packWinograd
    self.widenHalf = widenHalf
    self.convolveWinogradRows = convolveWinogradRows
    self.packWinogradRows = packWinogradRows
    self.multiplyAddPeak = multiplyAddPeak
    self.training = training
  }
}

extension KernelTable: CustomStringConvertible {
  /// The name, rather than all kernels.
  public var description: String { name }
}
