/// The kernels that only training needs. Gradients of inputs and parameters are accumulated, since
/// several layers may read the same value; those of activations are computed in place.
public struct TrainingKernels: Sendable {
  /// `sums += aᵀ · b`.
  public let addOuterProducts: @Sendable (UnsafePointer<OuterProductArguments>) -> Void
  /// Adds the gradients of several tiles of a convolution.
  public let convolveWinogradGradient:
    @Sendable (UnsafePointer<WinogradGradientArguments>, _ firstTile: Int, _ count: Int) -> Void
  /// Transforms the gradient of a transformed kernel back to that of the kernel.
  public let unpackWinogradGradient: @Sendable (UnsafePointer<WinogradPackingArguments>) -> Void
  /// Adds the rows of a matrix to an image: `count` elements of row `p`, which starts at
  /// `patches + p * stride`, are added at `output + p * step`.
  public let addPatches:
    @Sendable (
      _ patches: In, _ stride: Int, _ pixels: Int, _ count: Int, _ output: Out, _ step: Int
    ) -> Void
  /// Adds the gradients of one image's depthwise convolution.
  public let convolveDepthwiseGradient:
    @Sendable (UnsafePointer<DepthwiseGradientArguments>) -> Void

  /// Computes the gradient of two rows of sums from that of a row of their 2×2 maxima, using the
  /// choices.
  public let spreadChosen:
    @Sendable (
      _ gradient: In, _ choices: In, _ rows: Out, _ rowStride: Int, _ width: Int, _ channels: Int
    ) -> Void
  /// Adds the gradient of one image's max pooling.
  public let poolMaxGradient:
    @Sendable (
      UnsafePointer<PoolingArguments>, _ outputHeight: Int, _ outputGradient: In,
      _ inputGradient: Out
    ) -> Void
  /// Adds the gradient of one image's average pooling.
  public let poolAverageGradient:
    @Sendable (
      UnsafePointer<PoolingArguments>, _ outputHeight: Int, _ outputGradient: In,
      _ inputGradient: Out
    ) -> Void

  /// The gradient of clamping: zero where `output` is at a limit.
  public let maskGradient:
    @Sendable (_ output: In, _ low: Float, _ high: Float, _ gradient: Out, _ count: Int) -> Void
  /// The gradient of clamped max pooling: zero where no sum was chosen.
  public let maskChoices: @Sendable (_ choices: In, _ gradient: Out, _ count: Int) -> Void
  /// The gradient of a sigmoid, computed from its output.
  public let sigmoidGradient: @Sendable (_ output: In, _ gradient: Out, _ count: Int) -> Void
  /// The gradient of a hyperbolic tangent, computed from its output.
  public let tanhGradient: @Sendable (_ output: In, _ gradient: Out, _ count: Int) -> Void
  /// The gradient of swish, computed from its input.
  public let swishGradient: @Sendable (_ input: In, _ gradient: Out, _ count: Int) -> Void
  /// The gradient of hard-swish, computed from its input.
  public let hardSwishGradient: @Sendable (_ input: In, _ gradient: Out, _ count: Int) -> Void

  /// `output[i] += input[i] * factor`.
  public let addScaled:
    @Sendable (_ input: In, _ factor: Float, _ output: Out, _ count: Int) -> Void
  /// `output[r][c] += a[r][c] * row[c]`.
  public let addProducts:
    @Sendable (_ a: In, _ row: In, _ output: Out, _ rows: Int, _ columns: Int) -> Void
  /// `sums[c] += Σ_r a[r][c] * b[r][c]`.
  public let addColumnProducts:
    @Sendable (_ a: In, _ b: In, _ rows: Int, _ columns: Int, _ sums: Out) -> Void
  /// `sums[c] += Σ_r input[r][c]`.
  public let addColumnSums:
    @Sendable (_ input: In, _ rows: Int, _ columns: Int, _ sums: Out) -> Void
  /// `sums[c] += Σ_r (input[r][c] - mean[c])²`.
  public let addSquaredDeviations:
    @Sendable (_ input: In, _ mean: In, _ rows: Int, _ columns: Int, _ sums: Out) -> Void
  /// `sums[c] += Σ_r gradient[r][c] * (input[r][c] - mean[c])`.
  public let addDeviationProducts:
    @Sendable (_ input: In, _ mean: In, _ gradient: In, _ rows: Int, _ columns: Int, _ sums: Out) ->
      Void
  /// `output[r][c] += gradient[r][c] * scale[c] + input[r][c] * slope[c] + shift[c]`; `factors`
  /// holds the scales, then the slopes, then the shifts.
  public let addAffine:
    @Sendable (
      _ gradient: In, _ input: In, _ factors: In, _ rows: Int, _ columns: Int, _ output: Out
    ) -> Void
  /// `Σ x²`.
  public let sumOfSquares: @Sendable (_ input: In, _ count: Int) -> Double

  /// A step of Adam or AdamW.
  public let updateAdam: @Sendable (UnsafePointer<UpdateArguments>) -> Void
  /// A step of stochastic gradient descent with momentum.
  public let updateMomentum: @Sendable (UnsafePointer<UpdateArguments>) -> Void

  /// An array that a kernel reads.
  public typealias In = UnsafePointer<Float>
  /// An array that a kernel writes.
  public typealias Out = UnsafeMutablePointer<Float>

  /// Makes the table of one instruction set's training kernels.
  public init(
    addOuterProducts: @escaping @Sendable (UnsafePointer<OuterProductArguments>) -> Void,
    convolveWinogradGradient:
      @escaping @Sendable (UnsafePointer<WinogradGradientArguments>, Int, Int) -> Void,
    unpackWinogradGradient: @escaping @Sendable (UnsafePointer<WinogradPackingArguments>) -> Void,
    addPatches: @escaping @Sendable (In, Int, Int, Int, Out, Int) -> Void,
    convolveDepthwiseGradient:
      @escaping @Sendable (UnsafePointer<DepthwiseGradientArguments>) -> Void,
    spreadChosen: @escaping @Sendable (In, In, Out, Int, Int, Int) -> Void,
    poolMaxGradient: @escaping @Sendable (UnsafePointer<PoolingArguments>, Int, In, Out) -> Void,
    poolAverageGradient:
      @escaping @Sendable (UnsafePointer<PoolingArguments>, Int, In, Out) -> Void,
    maskGradient: @escaping @Sendable (In, Float, Float, Out, Int) -> Void,
    maskChoices: @escaping @Sendable (In, Out, Int) -> Void,
    sigmoidGradient: @escaping @Sendable (In, Out, Int) -> Void,
    tanhGradient: @escaping @Sendable (In, Out, Int) -> Void,
    swishGradient: @escaping @Sendable (In, Out, Int) -> Void,
    hardSwishGradient: @escaping @Sendable (In, Out, Int) -> Void,
    addScaled: @escaping @Sendable (In, Float, Out, Int) -> Void,
    addProducts: @escaping @Sendable (In, In, Out, Int, Int) -> Void,
    addColumnProducts: @escaping @Sendable (In, In, Int, Int, Out) -> Void,
    addColumnSums: @escaping @Sendable (In, Int, Int, Out) -> Void,
    addSquaredDeviations: @escaping @Sendable (In, In, Int, Int, Out) -> Void,
    addDeviationProducts: @escaping @Sendable (In, In, In, Int, Int, Out) -> Void,
    addAffine: @escaping @Sendable (In, In, In, Int, Int, Out) -> Void,
    sumOfSquares: @escaping @Sendable (In, Int) -> Double,
    updateAdam: @escaping @Sendable (UnsafePointer<UpdateArguments>) -> Void,
    updateMomentum: @escaping @Sendable (UnsafePointer<UpdateArguments>) -> Void
  ) {
    self.addOuterProducts = addOuterProducts
    self.convolveWinogradGradient = convolveWinogradGradient
    self.unpackWinogradGradient = unpackWinogradGradient
    self.addPatches = addPatches
    self.convolveDepthwiseGradient = convolveDepthwiseGradient
    self.spreadChosen = spreadChosen
    self.poolMaxGradient = poolMaxGradient
    self.poolAverageGradient = poolAverageGradient
    self.maskGradient = maskGradient
    self.maskChoices = maskChoices
    self.sigmoidGradient = sigmoidGradient
    self.tanhGradient = tanhGradient
    self.swishGradient = swishGradient
    self.hardSwishGradient = hardSwishGradient
    self.addScaled = addScaled
    self.addProducts = addProducts
    self.addColumnProducts = addColumnProducts
    self.addColumnSums = addColumnSums
    self.addSquaredDeviations = addSquaredDeviations
    self.addDeviationProducts = addDeviationProducts
    self.addAffine = addAffine
    self.sumOfSquares = sumOfSquares
    self.updateAdam = updateAdam
    self.updateMomentum = updateMomentum
  }
}
