/// The arguments of one image's convolution. All strides are in elements; the input is already
/// padded.
public struct ConvolutionArguments {
  /// The first element.
  public var input: UnsafePointer<Float>
  /// Weights of type `Float`: for `convolveDirect`, packed blocks with rows in the order (kernel
  /// row, kernel column, input channel); for `convolveWinogradRows`, the output of
  /// `packWinogradRows`; for `convolveDepthwise`, an array of shape (kernel row, kernel column,
  /// channel).
  public var kernel: UnsafeRawPointer
  /// The bias, padded with zeros like the packed kernel.
  public var bias: UnsafePointer<Float>
  /// The first element.
  public var output: UnsafeMutablePointer<Float>
  /// Room for ``KernelTable/tileCount`` elements or, for `convolveWinogradRows`,
  /// ``KernelTable/rowStripCount``, used by one thread only. Not used by `convolveDepthwise`.
  public var scratch: UnsafeMutablePointer<Float>

  /// The distance between input rows.
  public var inputRowStride: Int
  /// The distance between input pixels.
  public var inputPixelStride: Int
  /// The distance between output rows.
  public var outputRowStride: Int
  /// The distance between output pixels.
  public var outputPixelStride: Int
  /// Pixels in an output row.
  public var outputWidth: Int
  /// Whether an output is the maximum of 2×2 sums. If so, output rows and pixels are counted after
  /// pooling. Not supported by `convolveDepthwise`.
  public var isPooled = false

  /// For training with pooling, the index of the largest of each 2×2 sums: 0 to 3 in row-major
  /// order, or -1 if the result is clamped and so has no gradient. Laid out like the output. Only
  /// `convolveDirect` writes it.
  public var choices: UnsafeMutablePointer<Float>? = nil

  /// Rows in the kernel.
  public var kernelHeight: Int
  /// Columns in the kernel.
  public var kernelWidth: Int
  /// Channels that each output sums over.
  public var inputChannels: Int
  /// Channels that are written.
  public var outputChannels: Int
  /// Input rows per output row.
  public var strideHeight = 1
  /// Input pixels per output pixel.
  public var strideWidth = 1
  /// Input rows per kernel row.
  public var dilationHeight = 1
  /// Input pixels per kernel column.
  public var dilationWidth = 1

  /// Results are clamped to `low...high`; 0 and infinity give ReLU.
  public var low = -Float.infinity
  /// The upper limit of results.
  public var high = Float.infinity

  /// Sets all fields that have no default.
  public init(
    input: UnsafePointer<Float>, kernel: UnsafeRawPointer, bias: UnsafePointer<Float>,
    output: UnsafeMutablePointer<Float>, scratch: UnsafeMutablePointer<Float>,
    inputRowStride: Int, inputPixelStride: Int, outputRowStride: Int, outputPixelStride: Int,
    outputWidth: Int, kernelHeight: Int, kernelWidth: Int, inputChannels: Int, outputChannels: Int
  ) {
    self.input = input
    self.kernel = kernel
    self.bias = bias
    self.output = output
    self.scratch = scratch
    self.inputRowStride = inputRowStride
    self.inputPixelStride = inputPixelStride
    self.outputRowStride = outputRowStride
    self.outputPixelStride = outputPixelStride
    self.outputWidth = outputWidth
    self.kernelHeight = kernelHeight
    self.kernelWidth = kernelWidth
    self.inputChannels = inputChannels
    self.outputChannels = outputChannels
  }
}

/// The arguments of a dense layer over one or more images.
public struct DenseArguments {
  /// The first image.
  public var input: UnsafePointer<Float>
  /// The kernel, packed in blocks: see ``PackingArguments``.
  public var kernel: UnsafeRawPointer
  /// Whether the kernel is in half precision.
  public var isKernelHalf: Bool
  /// The bias, padded with zeros like the packed kernel.
  public var bias: UnsafePointer<Float>
  /// The first image.
  public var output: UnsafeMutablePointer<Float>
  /// Room for ``KernelTable/tileCount`` elements, used by one thread only.
  public var scratch: UnsafeMutablePointer<Float>
  /// The number of images, which follow each other in memory.
  public var images: Int
  /// Elements in the input of an image.
  public var inputs: Int
  /// Elements in the output of an image.
  public var outputs: Int
  /// Results are clamped to `low...high`; 0 and infinity give ReLU.
  public var low = -Float.infinity
  /// The upper limit of results.
  public var high = Float.infinity

  /// Sets all fields that have no default.
  public init(
    input: UnsafePointer<Float>, kernel: UnsafeRawPointer, isKernelHalf: Bool,
    bias: UnsafePointer<Float>, output: UnsafeMutablePointer<Float>,
    scratch: UnsafeMutablePointer<Float>, images: Int, inputs: Int, outputs: Int
  ) {
    self.input = input
    self.kernel = kernel
    self.isKernelHalf = isKernelHalf
    self.bias = bias
    self.output = output
    self.scratch = scratch
    self.images = images
    self.inputs = inputs
    self.outputs = outputs
  }
}

/// The arguments of one image's pooling. Windows may extend past the border by less than their
/// size.
public struct PoolingArguments {
  /// The first element.
  public var input: UnsafePointer<Float>
  /// The first element.
  public var output: UnsafeMutablePointer<Float>
  /// Rows in the input.
  public var inputHeight: Int
  /// Pixels in an input row.
  public var inputWidth: Int
  /// Pixels in an output row.
  public var outputWidth: Int
  /// Channels in a pixel.
  public var channels: Int
  /// Rows in a window.
  public var windowHeight: Int
  /// Columns in a window.
  public var windowWidth: Int
  /// Input rows per output row.
  public var strideHeight: Int
  /// Input pixels per output pixel.
  public var strideWidth: Int
  /// Rows by which the first window extends past the top border.
  public var top: Int
  /// Columns by which the first window extends past the left border.
  public var left: Int
  /// The divisor of a mean; if 0, the number of the window's elements inside the image.
  public var divisor: Int

  /// Sets all fields.
  public init(
    input: UnsafePointer<Float>, output: UnsafeMutablePointer<Float>, inputHeight: Int,
    inputWidth: Int, outputWidth: Int, channels: Int, windowHeight: Int, windowWidth: Int,
    strideHeight: Int, strideWidth: Int, top: Int, left: Int, divisor: Int
  ) {
    self.input = input
    self.output = output
    self.inputHeight = inputHeight
    self.inputWidth = inputWidth
    self.outputWidth = outputWidth
    self.channels = channels
    self.windowHeight = windowHeight
    self.windowWidth = windowWidth
    self.strideHeight = strideHeight
    self.strideWidth = strideWidth
    self.top = top
    self.left = left
    self.divisor = divisor
  }
}

/// The arguments for scaling and shifting each channel.
public struct ScaleArguments {
  /// The first element.
  public var input: UnsafePointer<Float>
  /// One scale per channel.
  public var scale: UnsafePointer<Float>
  /// One shift per channel.
  public var shift: UnsafePointer<Float>
  /// The first element.
  public var output: UnsafeMutablePointer<Float>
  /// Channels in a pixel.
  public var channels: Int

  /// Sets all fields.
  public init(
    input: UnsafePointer<Float>, scale: UnsafePointer<Float>, shift: UnsafePointer<Float>,
    output: UnsafeMutablePointer<Float>, channels: Int
  ) {
    self.input = input
    self.scale = scale
    self.shift = shift
    self.output = output
    self.channels = channels
  }
}

/// The arguments for packing a matrix into blocks of ``KernelTable/blockChannels`` columns, each in
/// row-major order. The last block is filled up with columns of zeros.
public struct PackingArguments {
  /// The first element, in single or half precision.
  public var input: UnsafeRawPointer
  /// Room for `rows` × `columns` elements of the same type, with `columns` rounded up to whole
  /// blocks.
  public var output: UnsafeMutableRawPointer
  /// Rows in the matrix.
  public var rows: Int
  /// Columns in the matrix.
  public var columns: Int
  /// The distance between rows of the matrix in elements.
  public var rowStride: Int
  /// Whether the elements are in half precision.
  public var isHalf = false

  /// Sets all fields that have no default.
  public init(
    input: UnsafeRawPointer, output: UnsafeMutableRawPointer, rows: Int, columns: Int,
    rowStride: Int
  ) {
    self.input = input
    self.output = output
    self.rows = rows
    self.columns = columns
    self.rowStride = rowStride
  }
}
