import PneumoCompute
import PneumoKernelABI
import PneumoModel

extension PlanBuilder {
  mutating func append(
    _ layer: Convolution, _ input: Plan.Buffer, _ shape: TensorShape, _ output: TensorShape
  ) -> Plan.Buffer {
    guard case .image(let height, let width, let channels) = shape,
      case .image(let rows, let columns, let outputs) = output
    else { preconditionFailure("the graph was checked") }
    let window = Extent(height: layer.kernel.shape[0], width: layer.kernel.shape[1])
    let insets = layer.padding.insets(
      of: Extent(height: height, width: width), window: window, stride: layer.stride,
      dilation: layer.dilation)
    let padded = insets == .zero ? input : appendPadding(insets, input, shape)
    let paddedWidth = width + insets.left + insets.right

    // One group of one channel a filter: a kernel of its own. Otherwise group after group.
    let isDepthwise = layer.groups == channels && outputs == channels && channels > 1
    let groups = isDepthwise ? 1 : layer.groups
    let (groupInputs, groupOutputs) = (channels / groups, outputs / groups)
    let kernelRows = window.height * window.width * (isDepthwise ? 1 : groupInputs)
    let kernel =
      isDepthwise
      ? floats(layer.kernel)
      : packed(layer.kernel, rows: kernelRows, columns: outputs, groups: groups)
    let bias = packed(layer.bias, columns: outputs, groups: groups)
    let kernelGroupCount = kernelRows * self.padded(groupOutputs)
    let biasGroupCount = self.padded(groupOutputs)
    let limits = layer.activation?.clampLimits
    let run = isDepthwise ? kernels.convolveDepthwise : kernels.convolveDirect
    let (stride, dilation) = (layer.stride, layer.dilation)

    let result = makeBuffer(output.count)
    let tiles = Tiling(count: rows)
    appendStep(
      convolutionName(layer, isDepthwise: isDepthwise), padded, to: result,
      multiplyAdds: rows * columns * layer.kernel.count,
      split: .image(tiles: tiles.tiles)
    ) { tile in
      let range = tiles[tile.index]
      for group in 0..<groups {
        var arguments = ConvolutionArguments(
          input: tile.input + group * groupInputs,
          kernel: kernel.pointer + group * kernelGroupCount,
          bias: bias.pointer + group * biasGroupCount,
          output: tile.output + group * groupOutputs,
          inputRowStride: paddedWidth * channels, inputPixelStride: channels,
          outputRowStride: columns * outputs, outputPixelStride: outputs, outputWidth: columns,
          kernelHeight: window.height, kernelWidth: window.width, inputChannels: groupInputs,
          outputChannels: groupOutputs)
        arguments.strideHeight = stride.height
        arguments.strideWidth = stride.width
        arguments.dilationHeight = dilation.height
        arguments.dilationWidth = dilation.width
        if let limits { (arguments.low, arguments.high) = limits }
        run(&arguments, range.lowerBound, range.upperBound)
      }
    }
    appendRemaining(layer.activation, on: result, channels: outputs)
    return result
  }

  mutating func append(
    _ layer: Dense, _ input: Plan.Buffer, _ shape: TensorShape
  ) -> Plan.Buffer {
    let (inputs, outputs) = (layer.kernel.shape[0], layer.kernel.shape[1])
    let kernel = packed(layer.kernel, rows: inputs, columns: outputs)
    let bias = packed(layer.bias, columns: outputs)
    let limits = layer.activation?.clampLimits
    let block = kernels.blockChannels
    let run = kernels.convolveDirect

    let result = makeBuffer(outputs)
    appendStep(
      "dense" + suffix(layer.bias, layer.activation), input, to: result,
      multiplyAdds: inputs * outputs, split: .batch(tiles: padded(outputs) / block)
    ) { tile in
      // The images of a batch are the pixels of one row, a tile is one block of outputs.
      let first = tile.index * block
      var arguments = ConvolutionArguments(
        input: tile.input, kernel: kernel.pointer + first * inputs, bias: bias.pointer + first,
        output: tile.output + first, inputRowStride: 0, inputPixelStride: inputs,
        outputRowStride: 0, outputPixelStride: outputs, outputWidth: tile.images,
        kernelHeight: 1, kernelWidth: 1, inputChannels: inputs,
        outputChannels: min(block, outputs - first))
      if let limits { (arguments.low, arguments.high) = limits }
      run(&arguments, 0, 1)
    }
    appendRemaining(layer.activation, on: result, channels: outputs)
    return result
  }

  /// Appends an activation that no kernel has fused, unless it is the classifier's last.
  private mutating func appendRemaining(
    _ activation: Activation?, on buffer: Plan.Buffer, channels: Int
  ) {
    guard let activation, activation.clampLimits == nil, !isLast else { return }
    _ = append(activation, buffer, to: buffer, channels: channels)
  }

  private func convolutionName(_ layer: Convolution, isDepthwise: Bool) -> String {
    let (height, width) = (layer.kernel.shape[0], layer.kernel.shape[1])
    let stride =
      layer.stride.height == layer.stride.width
      ? "\(layer.stride.height)" : "\(layer.stride.height)x\(layer.stride.width)"
    return (isDepthwise ? "depthwise" : "conv") + "\(height)x\(width)s\(stride)Direct"
      + suffix(layer.bias, layer.activation)
  }

  /// What is fused into a kernel.
  private func suffix(_ bias: WeightTensor?, _ activation: Activation?) -> String {
    let clamps = activation?.clampLimits == nil ? nil : activation?.kernelName
    return (bias == nil ? "" : "Bias") + (clamps ?? "")
  }
}

/// Rows of an image in tiles of equal size, as many as suit any sensible number of threads.
struct Tiling: Sendable {
  private let count: Int
  private let size: Int

  init(count: Int) {
    self.count = count
    size = max(1, (count + 15) / 16)
  }

  var tiles: Int { (count + size - 1) / size }

  subscript(tile: Int) -> Range<Int> { tile * size..<min((tile + 1) * size, count) }
}
