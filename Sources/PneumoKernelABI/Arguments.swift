/// One image's convolution. All strides count elements; the input is already padded.
public struct ConvolutionArguments {
  /// The first element.
  public var input: UnsafePointer<Float>
  /// Numbers of type `Float`: for `convolveDirect` packed blocks of rows (kernel row, kernel column,
  /// input channel); for `convolveWinogradRows` what `packWinogradRows` makes; for
  /// `convolveDepthwise` (kernel row, kernel column, channel).
  public var kernel: UnsafeRawPointer
  /// Padded with zeros like the packed kernel.
  public var bias: UnsafePointer<Float>
  /// The first element.
  public var output: UnsafeMutablePointer<Float>
  /// Room for ``KernelTable/tileCount`` elements, for `convolveWinogradRows`
  /// ``KernelTable/rowStripCount``, which no other thread works in. Not for `convolveDepthwise`.
  public var scratch: UnsafeMutablePointer<Float>

  /// From a row of the input to the next.
  public var inputRowStride: Int
  /// From a pixel of the input to the next.
  public var inputPixelStride: Int
  /// From a row of the output to the next.
  public var outputRowStride: Int
  /// From a pixel of the output to the next.
  public var outputPixelStride: Int
  /// Pixels of an output row.
  public var outputWidth: Int
  /// Whether an output is the largest of 2×2 sums. Rows and pixels of the output are then counted
  /// after pooling. Not for `convolveDepthwise`.
  public var isPooled = false

  /// Where training wants to know, with pooling, laid out like the output, which of 2×2 sums is the
  /// largest: 0 to 3 in the order of rows, and -1 where the result is clamped, so that it has
  /// no gradient. Only `convolveDirect` writes them.
  public var choices: UnsafeMutablePointer<Float>? = nil

  /// Rows of the kernel.
  public var kernelHeight: Int
  /// Columns of the kernel.
  public var kernelWidth: Int
  /// Channels that each output sums over.
  public var inputChannels: Int
  /// Channels that are written.
  public var outputChannels: Int
  /// Input rows from an output row to the next.
  public var strideHeight = 1
  /// Input pixels from an output pixel to the next.
  public var strideWidth = 1
  /// Input rows from a kernel row to the next.
  public var dilationHeight = 1
  /// Input pixels from a kernel column to the next.
  public var dilationWidth = 1

  /// Results are clamped to `low...high`: 0 and infinity are ReLU.
  public var low = -Float.infinity
  /// The greatest result.
  public var high = Float.infinity

  /// All that has no usual value.
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

/// A dense layer of one or more images.
public struct DenseArguments {
  /// The first image.
  public var input: UnsafePointer<Float>
  /// The kernel, packed in blocks: see ``PackingArguments``.
  public var kernel: UnsafeRawPointer
  /// Whether the kernel is of half precision.
  public var isKernelHalf: Bool
  /// Padded with zeros like the packed kernel.
  public var bias: UnsafePointer<Float>
  /// The first image.
  public var output: UnsafeMutablePointer<Float>
  /// Room for ``KernelTable/tileCount`` elements, which no other thread works in.
  public var scratch: UnsafeMutablePointer<Float>
  /// How many images there are, one after the other.
  public var images: Int
  /// Elements of an image's input.
  public var inputs: Int
  /// Elements of an image's output.
  public var outputs: Int
  /// Results are clamped to `low...high`: 0 and infinity are ReLU.
  public var low = -Float.infinity
  /// The greatest result.
  public var high = Float.infinity

  /// All that has no usual value.
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

/// One image's pooling. Windows may hang over the border by less than their size.
public struct PoolingArguments {
  /// The first element.
  public var input: UnsafePointer<Float>
  /// The first element.
  public var output: UnsafeMutablePointer<Float>
  /// Rows of the input.
  public var inputHeight: Int
  /// Pixels of an input row.
  public var inputWidth: Int
  /// Pixels of an output row.
  public var outputWidth: Int
  /// Channels of a pixel.
  public var channels: Int
  /// Rows of a window.
  public var windowHeight: Int
  /// Columns of a window.
  public var windowWidth: Int
  /// Input rows from an output row to the next.
  public var strideHeight: Int
  /// Input pixels from an output pixel to the next.
  public var strideWidth: Int
  /// Rows and columns by which the first window hangs over the border.
  public var top: Int
  /// Columns by which the first window hangs over the border.
  public var left: Int
  /// A mean divides by this; 0: by as many elements as the window has inside the image.
  public var divisor: Int

  /// All that has no usual value.
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

/// A scale and a shift per channel.
public struct ScaleArguments {
  /// The first element.
  public var input: UnsafePointer<Float>
  /// One number a channel.
  public var scale: UnsafePointer<Float>
  /// One number a channel.
  public var shift: UnsafePointer<Float>
  /// The first element.
  public var output: UnsafeMutablePointer<Float>
  /// Channels of a pixel.
  public var channels: Int

  /// All that has no usual value.
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

/// A matrix to be packed: blocks of ``KernelTable/blockChannels`` columns, each row by row. Columns
/// that the last block lacks are zeros.
public struct PackingArguments {
  /// The first element, of type `Float`, or of half precision.
  public var input: UnsafeRawPointer
  /// Room for `rows` × `columns`, the latter rounded up to whole blocks, of the same type.
  public var output: UnsafeMutableRawPointer
  /// Rows of the matrix.
  public var rows: Int
  /// Columns of the matrix.
  public var columns: Int
  /// Elements from a row of the matrix to the next.
  public var rowStride: Int
  /// Whether the elements are of half precision.
  public var isHalf = false

  /// A matrix, and where it goes.
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
