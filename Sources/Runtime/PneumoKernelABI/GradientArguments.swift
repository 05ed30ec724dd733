/// A sum of outer products: `sums[r][o] += Σ_n a[n][r] · b[n][o]`.
///
/// The gradient of a kernel is one: `a` is what the layer read, `b` the gradient of what it wrote.
package struct OuterProductArguments {
  /// The first of `count` rows of `rows` elements.
  package var a: UnsafePointer<Float>
  /// The first of `count` rows of `columns` elements.
  package var b: UnsafePointer<Float>
  /// `rows` × `columns` elements, which are added to.
  package var sums: UnsafeMutablePointer<Float>
  /// Elements from a row of `a` to the next.
  package var aStride: Int
  /// Elements from a row of `b` to the next.
  package var bStride: Int
  /// Elements from a row of `sums` to the next.
  package var sumStride: Int
  /// How many products are summed.
  package var count: Int
  /// Rows of `sums`.
  package var rows: Int
  /// Columns of `sums`: whole blocks.
  package var columns: Int

  /// All there is to know.
  package init(
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

/// The gradients of a convolution by Winograd's F(4×4, 3×3): the transposes of all steps that
/// ``WinogradArguments`` describes, in opposite order.
package struct WinogradGradientArguments {
  /// Sizes, input, and transformed kernels with input and output channels exchanged; `tileSize` is 4,
  /// `bias` and `output` are not used, and `scratch` has room for
  /// ``scratchCount(blockChannels:)``.
  package var forward: WinogradArguments
  /// The gradient of the output, after pooling.
  package var outputGradient: UnsafePointer<Float>
  /// With pooling, ``WinogradArguments/choices`` of the forward pass.
  package var choices: UnsafePointer<Float>?
  /// The gradient of the input, which is added to; `nil` where nobody wants it.
  package var inputGradient: UnsafeMutablePointer<Float>?
  /// The gradient of the transformed kernel, which is added to: 36 matrices of input channels ×
  /// ``outputStride(blockChannels:)``.
  package var kernelGradient: UnsafeMutablePointer<Float>

  /// All there is to know.
  package init(
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

  /// Output channels in whole blocks.
  @inlinable package func outputStride(blockChannels: Int) -> Int {
    (forward.outputChannels + blockChannels - 1) / blockChannels * blockChannels
  }
  /// Elements from a tile of transformed gradients to the next.
  @inlinable package func gradientTileStride(blockChannels: Int) -> Int {
    36 * outputStride(blockChannels: blockChannels) + 16
  }
  /// Elements of the scratch memory: transformed inputs, transformed gradients, products of one block
  /// of input channels, and two stages of one tile of a vector.
  @inlinable package func scratchCount(blockChannels: Int) -> Int {
    forward.inputCount + forward.tiles * gradientTileStride(blockChannels: blockChannels)
      + forward.productCount(blockChannels: blockChannels) + 36 * blockChannels
  }
}

/// The gradient of a depthwise convolution for one image. All strides count elements.
package struct DepthwiseGradientArguments {
  /// What the forward pass read, padded.
  package var input: UnsafePointer<Float>
  /// Numbers (kernel row, kernel column, channel).
  package var kernel: UnsafePointer<Float>
  /// The gradient of the output.
  package var outputGradient: UnsafePointer<Float>
  /// The gradient of the padded input, which is added to; `nil` where nobody wants it.
  package var inputGradient: UnsafeMutablePointer<Float>?
  /// The gradient of the kernel, which is added to.
  package var kernelGradient: UnsafeMutablePointer<Float>
  /// From a row of the padded input to the next.
  package var inputRowStride: Int
  /// Rows of the output.
  package var outputHeight: Int
  /// Pixels of an output row.
  package var outputWidth: Int
  /// Rows of the kernel.
  package var kernelHeight: Int
  /// Columns of the kernel.
  package var kernelWidth: Int
  /// Channels of a pixel, of input and output.
  package var channels: Int
  /// Input rows from an output row to the next.
  package var strideHeight: Int
  /// Input pixels from an output pixel to the next.
  package var strideWidth: Int
  /// Input rows from a kernel row to the next.
  package var dilationHeight: Int
  /// Input pixels from a kernel column to the next.
  package var dilationWidth: Int

  /// All there is to know.
  package init(
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

/// A step of an optimiser on some elements of a parameter.
package struct UpdateArguments {
  /// The parameter.
  package var values: UnsafeMutablePointer<Float>
  /// The gradient of the loss without penalty.
  package var gradient: UnsafePointer<Float>
  /// The first moment, or momentum.
  package var first: UnsafeMutablePointer<Float>
  /// The second moment; not for SGD.
  package var second: UnsafeMutablePointer<Float>
  /// How many elements there are.
  package var count: Int
  /// What the gradient is multiplied by first: clipping.
  package var gradientScale: Float
  /// What of the parameter is added to the gradient: twice the factor of an L2 penalty.
  package var penalty: Float
  /// The factor by which the parameter is multiplied, one minus rate times decay: AdamW.
  package var retention: Float
  /// The step size, bias correction included.
  package var rate: Float
  /// How much of a new gradient goes into the first moment, 1 - β₁; for SGD the momentum.
  package var share1: Float
  /// How much of a new square goes into the second moment, 1 - β₂.
  package var share2: Float
  /// What keeps the root away from zero.
  package var epsilon: Float

  /// All there is to know.
  package init(
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
