/// One image's convolution. All strides count elements; the input is already padded.
public struct ConvolutionArguments {
  public var input: UnsafePointer<Float>
  /// For `convolveDirect` packed blocks of rows (kernel row, kernel column, input channel);
  /// for `convolveDepthwise` (kernel row, kernel column, channel).
  public var kernel: UnsafePointer<Float>
  /// Padded with zeros like the packed kernel.
  public var bias: UnsafePointer<Float>
  public var output: UnsafeMutablePointer<Float>

  public var inputRowStride: Int
  public var inputPixelStride: Int
  public var outputRowStride: Int
  public var outputPixelStride: Int
  public var outputWidth: Int

  public var kernelHeight: Int
  public var kernelWidth: Int
  public var inputChannels: Int
  public var outputChannels: Int
  public var strideHeight = 1
  public var strideWidth = 1
  public var dilationHeight = 1
  public var dilationWidth = 1

  /// Results are clamped to `low...high`: 0 and infinity are ReLU.
  public var low = -Float.infinity
  public var high = Float.infinity

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
  public var input: UnsafePointer<Float>
  public var output: UnsafeMutablePointer<Float>
  public var inputHeight: Int
  public var inputWidth: Int
  public var outputWidth: Int
  public var channels: Int
  public var windowHeight: Int
  public var windowWidth: Int
  public var strideHeight: Int
  public var strideWidth: Int
  /// Rows and columns by which the first window hangs over the border.
  public var top: Int
  public var left: Int
  /// A mean divides by this; 0: by as many elements as the window has inside the image.
  public var divisor: Int

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
  public var input: UnsafePointer<Float>
  public var scale: UnsafePointer<Float>
  public var shift: UnsafePointer<Float>
  public var output: UnsafeMutablePointer<Float>
  public var channels: Int

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
  public var input: UnsafePointer<Float>
  /// Room for `rows` × `columns`, the latter rounded up to whole blocks.
  public var output: UnsafeMutablePointer<Float>
  public var rows: Int
  public var columns: Int
  public var rowStride: Int

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
