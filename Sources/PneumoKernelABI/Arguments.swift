/// One image's convolution. All strides count elements; the input is already padded.
public struct ConvolutionArguments {
  /// The first element.
  public var input: UnsafePointer<Float>
  /// For `convolveDirect` packed blocks of rows (kernel row, kernel column, input channel);
  /// for `convolveDepthwise` (kernel row, kernel column, channel).
  public var kernel: UnsafePointer<Float>
  /// Padded with zeros like the packed kernel.
  public var bias: UnsafePointer<Float>
  /// The first element.
  public var output: UnsafeMutablePointer<Float>

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
    input: UnsafePointer<Float>, kernel: UnsafePointer<Float>, bias: UnsafePointer<Float>,
    output: UnsafeMutablePointer<Float>, inputRowStride: Int, inputPixelStride: Int,
    outputRowStride: Int, outputPixelStride: Int, outputWidth: Int, kernelHeight: Int,
    kernelWidth: Int, inputChannels: Int, outputChannels: Int
  ) {
    self.input = input
    self.kernel = kernel
    self.bias = bias
    self.output = output
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

/// A matrix to be packed in blocks of columns.
public struct PackingArguments {
  /// The first element.
  public var input: UnsafePointer<Float>
  /// Room for `rows` × `columns`, the latter rounded up to whole blocks.
  public var output: UnsafeMutablePointer<Float>
  /// Rows of the matrix.
  public var rows: Int
  /// Columns of the matrix.
  public var columns: Int
  /// From a row of the matrix to the next.
  public var rowStride: Int

  /// All that has no usual value.
  public init(
    input: UnsafePointer<Float>, output: UnsafeMutablePointer<Float>, rows: Int, columns: Int,
    rowStride: Int
  ) {
    self.input = input
    self.output = output
    self.rows = rows
    self.columns = columns
    self.rowStride = rowStride
  }
}
