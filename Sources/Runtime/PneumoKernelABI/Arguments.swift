/// One image's convolution. All strides count elements; the input is already padded.
package struct ConvolutionArguments {
  /// The first element.
  package var input: UnsafePointer<Float>
  /// Numbers of type `Float`: for `convolveDirect` packed blocks of rows (kernel row, kernel column,
  /// input channel); for `convolveWinogradRows` what `packWinogradRows` makes; for
  /// `convolveDepthwise` (kernel row, kernel column, channel).
  package var kernel: UnsafeRawPointer
  /// Padded with zeros like the packed kernel.
  package var bias: UnsafePointer<Float>
  /// The first element.
  package var output: UnsafeMutablePointer<Float>
  /// Room for ``KernelTable/tileCount`` elements, for `convolveWinogradRows`
  /// ``KernelTable/rowStripCount``, which no other thread works in. Not for `convolveDepthwise`.
  package var scratch: UnsafeMutablePointer<Float>

  /// From a row of the input to the next.
  package var inputRowStride: Int
  /// From a pixel of the input to the next.
  package var inputPixelStride: Int
  /// From a row of the output to the next.
  package var outputRowStride: Int
  /// From a pixel of the output to the next.
  package var outputPixelStride: Int
  /// Pixels of an output row.
  package var outputWidth: Int
  /// Whether an output is the largest of 2×2 sums. Rows and pixels of the output are then counted
  /// after pooling. Not for `convolveDepthwise`.
  package var isPooled = false

  /// Where training wants to know, with pooling, laid out like the output, which of 2×2 sums is the
  /// largest: 0 to 3 in the order of rows, and -1 where the result is clamped, so that it has
  /// no gradient. Only `convolveDirect` writes them.
  package var choices: UnsafeMutablePointer<Float>? = nil

  /// Rows of the kernel.
  package var kernelHeight: Int
  /// Columns of the kernel.
  package var kernelWidth: Int
  /// Channels that each output sums over.
  package var inputChannels: Int
  /// Channels that are written.
  package var outputChannels: Int
  /// Input rows from an output row to the next.
  package var strideHeight = 1
  /// Input pixels from an output pixel to the next.
  package var strideWidth = 1
  /// Input rows from a kernel row to the next.
  package var dilationHeight = 1
  /// Input pixels from a kernel column to the next.
  package var dilationWidth = 1

  /// Results are clamped to `low...high`: 0 and infinity are ReLU.
  package var low = -Float.infinity
  /// The greatest result.
  package var high = Float.infinity

  /// All that has no usual value.
  package init(
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
package struct DenseArguments {
  /// The first image.
  package var input: UnsafePointer<Float>
  /// The kernel, packed in blocks: see ``PackingArguments``.
  package var kernel: UnsafeRawPointer
  /// Whether the kernel is of half precision.
  package var isKernelHalf: Bool
  /// Padded with zeros like the packed kernel.
  package var bias: UnsafePointer<Float>
  /// The first image.
  package var output: UnsafeMutablePointer<Float>
  /// Room for ``KernelTable/tileCount`` elements, which no other thread works in.
  package var scratch: UnsafeMutablePointer<Float>
  /// How many images there are, one after the other.
  package var images: Int
  /// Elements of an image's input.
  package var inputs: Int
  /// Elements of an image's output.
  package var outputs: Int
  /// Results are clamped to `low...high`: 0 and infinity are ReLU.
  package var low = -Float.infinity
  /// The greatest result.
  package var high = Float.infinity

  /// All that has no usual value.
  package init(
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
package struct PoolingArguments {
  /// The first element.
  package var input: UnsafePointer<Float>
  /// The first element.
  package var output: UnsafeMutablePointer<Float>
  /// Rows of the input.
  package var inputHeight: Int
  /// Pixels of an input row.
  package var inputWidth: Int
  /// Pixels of an output row.
  package var outputWidth: Int
  /// Channels of a pixel.
  package var channels: Int
  /// Rows of a window.
  package var windowHeight: Int
  /// Columns of a window.
  package var windowWidth: Int
  /// Input rows from an output row to the next.
  package var strideHeight: Int
  /// Input pixels from an output pixel to the next.
  package var strideWidth: Int
  /// Rows and columns by which the first window hangs over the border.
  package var top: Int
  /// Columns by which the first window hangs over the border.
  package var left: Int
  /// A mean divides by this; 0: by as many elements as the window has inside the image.
  package var divisor: Int

  /// All that has no usual value.
  package init(
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
package struct ScaleArguments {
  /// The first element.
  package var input: UnsafePointer<Float>
  /// One number a channel.
  package var scale: UnsafePointer<Float>
  /// One number a channel.
  package var shift: UnsafePointer<Float>
  /// The first element.
  package var output: UnsafeMutablePointer<Float>
  /// Channels of a pixel.
  package var channels: Int

  /// All that has no usual value.
  package init(
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
package struct PackingArguments {
  /// The first element, of type `Float`, or of half precision.
  package var input: UnsafeRawPointer
  /// Room for `rows` × `columns`, the latter rounded up to whole blocks, of the same type.
  package var output: UnsafeMutableRawPointer
  /// Rows of the matrix.
  package var rows: Int
  /// Columns of the matrix.
  package var columns: Int
  /// Elements from a row of the matrix to the next.
  package var rowStride: Int
  /// Whether the elements are of half precision.
  package var isHalf = false

  /// A matrix, and where it goes.
  package init(
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
