/// The kernels of one instruction set.
///
/// Every type that crosses from a kernel target to the rest of the package is declared in this
/// target, which is compiled for the baseline CPU. Kernels are called with pointers and numbers
/// only, never with vectors: their registers differ between the targets.
///
/// Activations are rows of pixels of channels (NHWC). Kernels check nothing: the caller
/// guarantees that all they touch lies inside the buffers it passes.
package struct KernelTable: Sendable {
  /// `baseline`, `avx2` or `avx512`.
  package let name: String
  /// Output channels of one block of packed weights.
  package let blockChannels: Int
  /// Elements of a vector.
  package let vectorCount: Int

  /// `columns` rounded up to whole blocks.
  package func padded(_ columns: Int) -> Int {
    (columns + blockChannels - 1) / blockChannels * blockChannels
  }

  /// Pixels, tiles or images whose sums are computed together.
  package let tilePixels: Int
  /// Elements of four tiles of sums, one for each pixel of a window of 2×2.
  package var tileCount: Int { 4 * tilePixels * blockChannels }
  /// Elements of the scratch memory of `convolveWinogradRows`.
  package var rowStripCount: Int {
    WinogradRowStrip.scratchCount(blockChannels: blockChannels, tilePixels: tilePixels)
  }
  /// Whether `multiplyDense` should be given weights of half precision as they are.
  package let widensHalves: Bool

  /// Convolution of output rows `firstRow..<endRow` of one image with packed weights; bias,
  /// clamping and 2×2 pooling fused.
  package let convolveDirect:
    @Sendable (UnsafePointer<ConvolutionArguments>, _ firstRow: Int, _ endRow: Int) -> Void
  /// Convolution of some tiles with transformed weights; bias, clamping and 2×2 pooling fused. It is
  /// the three kernels that follow, for each block of output channels.
  package let convolveWinograd:
    @Sendable (UnsafePointer<WinogradArguments>, _ firstTile: Int, _ count: Int) -> Void
  /// Transforms the inputs of some tiles.
  package let transformWinogradInput:
    @Sendable (UnsafePointer<WinogradArguments>, _ firstTile: Int, _ count: Int) -> Void
  /// Multiplies transformed inputs with transformed weights.
  package let multiplyWinograd:
    @Sendable (UnsafePointer<WinogradArguments>, _ block: Int, _ count: Int) -> Void
  /// Transforms the products of some tiles to outputs.
  package let transformWinogradOutput:
    @Sendable (UnsafePointer<WinogradArguments>, _ block: Int, _ firstTile: Int, _ count: Int) ->
      Void
  /// A dense layer: blocks `firstBlock..<endBlock` of the outputs of all images.
  package let multiplyDense:
    @Sendable (UnsafePointer<DenseArguments>, _ firstBlock: Int, _ endBlock: Int) -> Void
  /// Convolution of each channel with a filter of its own.
  package let convolveDepthwise:
    @Sendable (UnsafePointer<ConvolutionArguments>, _ firstRow: Int, _ endRow: Int) -> Void
  /// Largest element of each window, by channel.
  package let poolMax:
    @Sendable (UnsafePointer<PoolingArguments>, _ firstRow: Int, _ endRow: Int) -> Void
  /// Mean of each window, by channel.
  package let poolAverage:
    @Sendable (UnsafePointer<PoolingArguments>, _ firstRow: Int, _ endRow: Int) -> Void

  /// Copies the first channel of each pixel; answers whether all channels of each have the same bits.
  /// Where they have not, `output` is not complete.
  package let extractGray:
    @Sendable (_ input: In, _ channels: Int, _ output: Out, _ pixels: Int) -> Bool

  /// `output[i] = a[i] + b[i]`; `output` may be `a` or `b`.
  package let add: @Sendable (_ a: In, _ b: In, _ output: Out, _ count: Int) -> Void
  /// `output[p][c] = input[p][c] * scale[c] + shift[c]`; `output` may be `input`.
  package let scaleAndShift: @Sendable (UnsafePointer<ScaleArguments>, _ pixels: Int) -> Void
  /// `output[i] = min(max(input[i], low), high)`; `output` may be `input`.
  package let clamp:
    @Sendable (_ input: In, _ low: Float, _ high: Float, _ output: Out, _ count: Int) -> Void
  /// `1 / (1 + exp(-x))`; `output` may be `input`.
  package let sigmoid: @Sendable (_ input: In, _ output: Out, _ count: Int) -> Void
  /// Hyperbolic tangent; `output` may be `input`.
  package let tanh: @Sendable (_ input: In, _ output: Out, _ count: Int) -> Void
  /// `x / (1 + exp(-x))`; `output` may be `input`.
  package let swish: @Sendable (_ input: In, _ output: Out, _ count: Int) -> Void
  /// Softmax over the channels of each pixel; `output` may be `input`.
  package let softmax:
    @Sendable (_ input: In, _ output: Out, _ pixels: Int, _ channels: Int) -> Void

  /// Packs the weights of a layer for `convolveDirect` or `multiplyDense`.
  package let packBlocks: @Sendable (UnsafePointer<PackingArguments>) -> Void
  /// Transforms the weights of a 3×3 convolution for `convolveWinograd`.
  package let packWinograd: @Sendable (UnsafePointer<WinogradPackingArguments>) -> Void
  /// Widens finite half-precision numbers.
  package let widenHalf:
    @Sendable (_ input: UnsafePointer<UInt16>, _ output: Out, _ count: Int) -> Void

  /// Convolution of output rows `firstRow..<endRow` of one image, 3×3 with stride 1 and at most four
  /// input channels, with weights transformed along rows; bias, clamping and 2×2 pooling fused.
  package let convolveWinogradRows:
    @Sendable (UnsafePointer<ConvolutionArguments>, _ firstRow: Int, _ endRow: Int) -> Void
  /// Transforms the weights of a 3×3 convolution for `convolveWinogradRows`, with a tile size of 4.
  package let packWinogradRows: @Sendable (UnsafePointer<WinogradPackingArguments>) -> Void

  /// Multiplies and adds in registers alone, in `rounds` rounds: the fastest that a core can do.
  /// Returns the number of multiplications with an addition. `output` is room for `blockChannels`
  /// elements.
  package let multiplyAddPeak: @Sendable (_ rounds: Int, _ output: Out) -> Int

  /// What only training needs.
  package let training: TrainingKernels

  /// Numbers that a kernel reads.
  package typealias In = UnsafePointer<Float>
  /// Numbers that a kernel writes.
  package typealias Out = UnsafeMutablePointer<Float>

  /// A table of all kernels of one instruction set.
  package init(
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
    scaleAndShift: @escaping @Sendable (UnsafePointer<ScaleArguments>, Int) -> Void,
    clamp: @escaping @Sendable (In, Float, Float, Out, Int) -> Void,
    sigmoid: @escaping @Sendable (In, Out, Int) -> Void,
    tanh: @escaping @Sendable (In, Out, Int) -> Void,
    swish: @escaping @Sendable (In, Out, Int) -> Void,
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
    self.scaleAndShift = scaleAndShift
    self.clamp = clamp
    self.sigmoid = sigmoid
    self.tanh = tanh
    self.swish = swish
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
