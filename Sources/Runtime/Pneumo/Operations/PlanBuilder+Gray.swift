import PneumoCompute
import PneumoKernelABI
import PneumoModel

// A radiograph is gray, and most networks take colors: the first layer then sums products with the
// same value for each channel. Where all channels of all pixels are equal, it runs on one channel,
// with the sum of the weights.

extension PlanBuilder {
  /// Appends the convolution of an image of several channels that may be gray.
  mutating func appendImageConvolution(
    _ geometry: ConvolutionGeometry, _ rowKernel: RowKernel, _ input: Plan.Buffer,
    to result: Plan.Buffer, lastNode: Int
  ) {
    let layer = geometry.layer
    let gray = appendGray(geometry, input)
    let padded = appendPadding(geometry, input)
    let kernel = rowKernel.packed(layer.kernel, self)
    let grayKernel = rowKernel.packed(sumOfChannels(layer.kernel), self)
    let bias = packed(layer.bias, columns: geometry.outputChannels)
    let tiles = Tiling(count: geometry.output.height)
    appendStep(
      geometry.kernelName("conv", rowKernel.name), padded, other: gray, to: result,
      lastNode: lastNode,
      multiplyAdds: geometry.multiplyAdds, split: .image(tiles: tiles.tiles),
      scratchCount: rowKernel.scratchCount
    ) { tile in
      let isGray = tile.other[gray.count - 1] == 1
      var arguments = geometry.arguments(
        tile, kernel: (isGray ? grayKernel : kernel).pointer, bias: bias.pointer)
      if isGray {
        arguments.input = tile.other
        arguments.inputChannels = 1
        arguments.inputPixelStride = 1
        arguments.inputRowStride = geometry.paddedWidth
      }
      rowKernel.run(&arguments, tiles[tile.index].lowerBound, tiles[tile.index].upperBound)
    }
  }

  /// Appends a step that finds out whether an image is gray, and copies one channel of it, padded.
  /// The last element of the output is 1 or, where the image is not gray, 0.
  private mutating func appendGray(
    _ geometry: ConvolutionGeometry, _ input: Plan.Buffer
  ) -> Plan.Buffer {
    let (insets, size) = (geometry.insets, geometry.input)
    let rowCount = geometry.paddedWidth
    let rows = size.height + insets.top + insets.bottom
    let channels = geometry.inputChannels
    let extract = kernels.extractGray
    let gray = makeBuffer(rows * rowCount + 1)
    appendStep("gray", input, to: gray, split: .image(tiles: 1)) { tile in
      tile.output[rows * rowCount] = 0
      if insets != .zero { tile.output.update(repeating: 0, count: rows * rowCount) }
      for row in 0..<size.height {
        guard
          extract(
            tile.input + row * size.width * channels, channels,
            tile.output + ((row + insets.top) * rowCount + insets.left), size.width)
        else { return }
      }
      tile.output[rows * rowCount] = 1
    }
    return gray
  }

  /// A kernel of one input channel that has the sums of all of them.
  private func sumOfChannels(_ kernel: WeightTensor) -> WeightTensor {
    let shape = kernel.shape
    let (taps, channels, outputs) = (shape[0] * shape[1], shape[2], shape[3])
    let values = kernel.values()
    var sums = [Float](repeating: 0, count: taps * outputs)
    for tap in 0..<taps {
      for output in 0..<outputs {
        let sum = (0..<channels).reduce(0.0) {
          $0 + Double(values[(tap * channels + $1) * outputs + output])
        }
        sums[tap * outputs + output] = Float(sum)
      }
    }
    return WeightTensor(shape: [shape[0], shape[1], 1, outputs], values: sums)
  }
}
