/// The arguments of a sum of outer products, `sums[r][o] += Σ_n a[n][r] · b[n][o]`.
///
/// The gradient of a kernel has this form: `a` is the layer's input, `b` the gradient of its
/// output.
public struct OuterProductArguments {
  /// The first of `count` rows of `rows` elements.
  public var a: UnsafePointer<Float>
  /// The first of `count` rows of `columns` elements.
  public var b: UnsafePointer<Float>
  /// The `rows` × `columns` elements that the sums are added to.
  public var sums: UnsafeMutablePointer<Float>
  /// The distance between rows of `a` in elements.
  public var aStride: Int
  /// The distance between rows of `b` in elements.
  public var bStride: Int
  /// The distance between rows of `sums` in elements.
  public var sumStride: Int
  /// The number of products to sum.
  public var count: Int
  /// Rows in `sums`.
  public var rows: Int
  /// Columns in `sums`, a multiple of the block size.
  public var columns: Int

  /// Sets all fields.
  public init(
    a: UnsafePointer<Float>, b: UnsafePointer<Float>, sums: UnsafeMutablePointer<Float>,
    aStride: Int, bStride: Int, sumStride: Int, count: Int, rows: Int, columns: Int
  ) {
    self.a = a
    self.b = b
    self.sums = sums
    self.aStride = aStride
    self.bStride = bStride
    self.sumStride = sumStride
    self.count = count
    self.rows = rows
    self.columns = columns
  }
}

/// The arguments for the gradients of a convolution by Winograd's F(4×4, 3×3): the transposes of
/// all steps that ``WinogradArguments`` describes, in reverse order.
public struct WinogradGradientArguments {
  /// The sizes, the input, and the transformed kernels with input and output channels exchanged.
  /// `tileSize` is 4, `bias` and `output` are not used, and `scratch` has room for
  /// ``scratchCount(blockChannels:)`` elements.
  public var forward: WinogradArguments
  /// The gradient of the output, after pooling.
  public var outputGradient: UnsafePointer<Float>
  /// With pooling, ``WinogradArguments/choices`` from the forward pass.
  public var choices: UnsafePointer<Float>?
  /// The gradient of the input, to be added to; `nil` if it is not needed.
  public var inputGradient: UnsafeMutablePointer<Float>?
  /// The gradient of the transformed kernel, to be added to: 36 matrices of input channels ×
  /// ``outputStride(blockChannels:)``.
  public var kernelGradient: UnsafeMutablePointer<Float>

  /// Sets all fields.
  public init(
    forward: WinogradArguments, outputGradient: UnsafePointer<Float>,
    choices: UnsafePointer<Float>?, inputGradient: UnsafeMutablePointer<Float>?,
    kernelGradient: UnsafeMutablePointer<Float>
  ) {
    self.forward = forward
    self.outputGradient = outputGradient
    self.choices = choices
    self.inputGradient = inputGradient
    self.kernelGradient = kernelGradient
  }

  /// The number of output channels, rounded up to whole blocks.
  public func outputStride(blockChannels: Int) -> Int {
    (forward.outputChannels + blockChannels - 1) / blockChannels * blockChannels
  }
  /// The distance between tiles of transformed gradients in elements.
  public func gradientTileStride(blockChannels: Int) -> Int {
    36 * outputStride(blockChannels: blockChannels) + 16
  }
  /// The number of elements of the scratch memory: transformed inputs, transformed gradients,
  /// products for one block of input channels, and two transform stages of a tile of one vector.
  public func scratchCount(blockChannels: Int) -> Int {
    forward.inputCount + forward.tiles * gradientTileStride(blockChannels: blockChannels)
      + forward.productCount(blockChannels: blockChannels) + 36 * blockChannels
  }
}

/// The arguments for the gradients of one image's depthwise convolution. All strides are in
/// elements.
public struct DepthwiseGradientArguments {
  /// The padded input of the forward pass.
  public var input: UnsafePointer<Float>
  /// Weights of shape (kernel row, kernel column, channel).
  public var kernel: UnsafePointer<Float>
  /// The gradient of the output.
  public var outputGradient: UnsafePointer<Float>
  /// The gradient of the padded input, to be added to; `nil` if it is not needed.
  public var inputGradient: UnsafeMutablePointer<Float>?
  /// The gradient of the kernel, to be added to.
  public var kernelGradient: UnsafeMutablePointer<Float>
  /// The distance between rows of the padded input.
  public var inputRowStride: Int
  /// Rows in the output.
  public var outputHeight: Int
  /// Pixels in an output row.
  public var outputWidth: Int
  /// Rows in the kernel.
  public var kernelHeight: Int
  /// Columns in the kernel.
  public var kernelWidth: Int
  /// Channels in a pixel of both input and output.
  public var channels: Int
  /// Input rows per output row.
  public var strideHeight: Int
  /// Input pixels per output pixel.
  public var strideWidth: Int
  /// Input rows per kernel row.
  public var dilationHeight: Int
  /// Input pixels per kernel column.
  public var dilationWidth: Int

  /// Sets all fields.
  public init(
    input: UnsafePointer<Float>, kernel: UnsafePointer<Float>,
    outputGradient: UnsafePointer<Float>, inputGradient: UnsafeMutablePointer<Float>?,
    kernelGradient: UnsafeMutablePointer<Float>, inputRowStride: Int, outputHeight: Int,
    outputWidth: Int, kernelHeight: Int, kernelWidth: Int, channels: Int, strideHeight: Int,
    strideWidth: Int, dilationHeight: Int, dilationWidth: Int
  ) {
    self.input = input
    self.kernel = kernel
    self.outputGradient = outputGradient
    self.inputGradient = inputGradient
    self.kernelGradient = kernelGradient
    self.inputRowStride = inputRowStride
    self.outputHeight = outputHeight
    self.outputWidth = outputWidth
    self.kernelHeight = kernelHeight
    self.kernelWidth = kernelWidth
    self.channels = channels
    self.strideHeight = strideHeight
    self.strideWidth = strideWidth
    self.dilationHeight = dilationHeight
    self.dilationWidth = dilationWidth
  }
}

/// The arguments of an optimizer step on some elements of a parameter.
public struct UpdateArguments {
  /// The parameter.
  public var values: UnsafeMutablePointer<Float>
  /// The gradient of the loss, excluding the penalty.
  public var gradient: UnsafePointer<Float>
  /// The first moment, or the velocity of SGD.
  public var first: UnsafeMutablePointer<Float>
  /// The second moment; not used by SGD.
  public var second: UnsafeMutablePointer<Float>
  /// The number of elements.
  public var count: Int
  /// A factor applied to the gradient first, for gradient clipping.
  public var gradientScale: Float
  /// The multiple of the parameter added to the gradient: twice the L2 penalty factor.
  public var penalty: Float
  /// The factor applied to the parameter: 1 - rate · decay for AdamW, otherwise 1.
  public var retention: Float
  /// The step size, including bias correction.
  public var rate: Float
  /// The weight of a new gradient in the first moment, 1 - β₁; for SGD, the momentum.
  public var share1: Float
  /// The weight of a new squared gradient in the second moment, 1 - β₂.
  public var share2: Float
  /// A small constant that keeps the denominator away from zero.
  public var epsilon: Float

  /// Sets all fields.
  public init(
    values: UnsafeMutablePointer<Float>, gradient: UnsafePointer<Float>,
    first: UnsafeMutablePointer<Float>, second: UnsafeMutablePointer<Float>, count: Int,
    gradientScale: Float, penalty: Float, retention: Float, rate: Float, share1: Float,
    share2: Float, epsilon: Float
  ) {
    self.values = values
    self.gradient = gradient
    self.first = first
    self.second = second
    self.count = count
    self.gradientScale = gradientScale
    self.penalty = penalty
    self.retention = retention
    self.rate = rate
    self.share1 = share1
    self.share2 = share2
    self.epsilon = epsilon
  }
}
