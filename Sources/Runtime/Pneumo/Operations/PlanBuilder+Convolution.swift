import PneumoCompute
import PneumoKernelABI
import PneumoModel

extension PlanBuilder {
  mutating func visit(_ layer: Convolution<WeightTensor>) -> Plan.Buffer {
    let input = input
    let pooling = fusiblePooling(with: layer)
    let geometry = geometry(of: layer, isPooled: pooling != nil)
    let outputs = geometry.outputChannels
    let result = makeBuffer(geometry.output.height * geometry.output.width * outputs)
    let lastNode = pooling ?? node
    let algorithm = ConvolutionAlgorithm.choose(for: geometry, kernels: kernels)
    switch algorithm {
    case .depthwise: appendDepthwise(geometry, input, to: result, lastNode: lastNode)
    case .direct, .winogradRows:
      let kernel = RowKernel(isWinograd: algorithm == .winogradRows, kernels)
      if readsImage && layer.groups == 1 && geometry.inputChannels > 1 {
        appendImageConvolution(geometry, kernel, input, to: result, lastNode: lastNode)
      } else {
        appendRows(geometry, kernel, input, to: result, lastNode: lastNode)
      }
    case .winograd(let tileSize):
      appendWinograd(geometry, tileSize: tileSize, input, to: result, lastNode: lastNode)
    }
    appendRemaining(layer.activation, on: result, channels: outputs)
    if let pooling { noteFusion(of: pooling, to: result) }
    return result
  }

  /// Elements of the kernel once it is packed.
  func packedCount(_ layer: Convolution<WeightTensor>) -> Int {
    let shape = layer.kernel.shape
    let geometry = geometry(of: layer, isPooled: fusiblePooling(with: layer) != nil)
    switch ConvolutionAlgorithm.choose(for: geometry, kernels: kernels) {
    case .winograd(let tileSize):
      return (tileSize + 2) * (tileSize + 2) * shape[2] * kernels.padded(shape[3])
    case .winogradRows: return 18 * shape[2] * kernels.padded(shape[3])
    case .direct, .depthwise:
      return shape[0] * shape[1] * shape[2] * kernels.padded(shape[3] / layer.groups)
        * layer.groups
    }
  }

  /// The pooling layer that the current node, a convolution in one group, can be fused with.
  private func fusiblePooling(with layer: Convolution<WeightTensor>) -> Int? {
    keepsActivations || layer.groups > 1 ? nil : graph.fusiblePooling(after: node)
  }

  /// The sizes of the current node.
  private func geometry(
    of layer: Convolution<WeightTensor>, isPooled: Bool
  ) -> ConvolutionGeometry {
    guard case .image(let height, let width, let channels) = inputShape,
      case .image(let rows, let columns, let outputs) = outputShape
    else { preconditionFailure("the graph was checked") }
    return ConvolutionGeometry(
      layer: layer, input: Extent(height: height, width: width), inputChannels: channels,
      convolved: Extent(height: rows, width: columns), outputChannels: outputs,
      isPooled: isPooled)
  }

  private mutating func appendDepthwise(
    _ geometry: ConvolutionGeometry, _ input: Plan.Buffer, to result: Plan.Buffer, lastNode: Int
  ) {
    let padded = appendPadding(geometry, input)
    let kernel = floats(geometry.layer.kernel)
    let bias = packed(geometry.layer.bias, columns: geometry.outputChannels)
    let run = kernels.convolveDepthwise
    let tiles = Tiling(count: geometry.output.height)
    appendStep(
      geometry.kernelName("depthwise", "Direct"), padded, to: result, lastNode: lastNode,
      multiplyAdds: geometry.multiplyAdds, split: .image(tiles: tiles.tiles)
    ) { tile in
      var arguments = geometry.arguments(
        tile, kernel: UnsafeRawPointer(kernel.pointer), bias: bias.pointer)
      run(&arguments, tiles[tile.index].lowerBound, tiles[tile.index].upperBound)
    }
  }

  /// Group after group.
  private mutating func appendRows(
    _ geometry: ConvolutionGeometry, _ rowKernel: RowKernel, _ input: Plan.Buffer,
    to result: Plan.Buffer, lastNode: Int
  ) {
    let layer = geometry.layer
    let groups = layer.groups
    let inputs = geometry.inputChannels / groups
    let outputs = geometry.outputChannels / groups
    let padded = appendPadding(geometry, input)
    let kernelRows = layer.kernel.shape[0] * layer.kernel.shape[1] * inputs
    let kernel = rowKernel.packed(layer.kernel, self, groups: groups)
    let bias = packed(layer.bias, columns: geometry.outputChannels, groups: groups)
    let biasGroupCount = kernels.padded(outputs)
    let tiles = Tiling(count: geometry.output.height)
    appendStep(
      geometry.kernelName("conv", rowKernel.name), padded, to: result, lastNode: lastNode,
      multiplyAdds: geometry.multiplyAdds, split: .image(tiles: tiles.tiles),
      scratchCount: rowKernel.scratchCount
    ) { tile in
      for group in 0..<groups {
        var arguments = geometry.arguments(
          tile, kernel: kernel.pointer + group * kernelRows * biasGroupCount,
          bias: bias.pointer + group * biasGroupCount)
        arguments.input += group * inputs
        arguments.output += group * outputs
        arguments.inputChannels = inputs
        arguments.outputChannels = outputs
        rowKernel.run(&arguments, tiles[tile.index].lowerBound, tiles[tile.index].upperBound)
      }
    }
  }

  private mutating func appendWinograd(
    _ geometry: ConvolutionGeometry, tileSize: Int, _ input: Plan.Buffer, to result: Plan.Buffer,
    lastNode: Int
  ) {
    let layer = geometry.layer
    let kernel = packedWinograd(layer.kernel, tileSize: tileSize)
    let bias = packed(layer.bias, columns: geometry.outputChannels)
    let vector = kernels.vectorCount
    let channelStride = (geometry.inputChannels + vector - 1) / vector * vector
    var template = WinogradArguments(
      input: UnsafePointer(kernel.pointer), kernel: kernel.pointer, bias: bias.pointer,
      output: kernel.pointer, scratch: kernel.pointer, tileSize: tileSize, tiles: 0,
      channelStride: channelStride, inputHeight: geometry.input.height,
      inputWidth: geometry.input.width, inputChannels: geometry.inputChannels,
      top: geometry.insets.top, left: geometry.insets.left,
      outputHeight: geometry.output.height, outputWidth: geometry.output.width,
      outputChannels: geometry.outputChannels, isPooled: geometry.isPooled)
    if let limits = layer.activation?.clampLimits { (template.low, template.high) = limits }
    let units = template.tileRows * template.tileColumns
    template.tiles = kernels.winogradTiles(tileSize: tileSize, channelStride: channelStride)
    let run = kernels.convolveWinograd
    // SAFETY: the weights live as long as the step; the other pointers are set before each use.
    nonisolated(unsafe) let arguments = template
    appendStep(
      geometry.kernelName("conv", "WinogradF\(tileSize)"), input, to: result, lastNode: lastNode,
      multiplyAdds: geometry.multiplyAdds,
      split: .runs(units: units, longest: template.tiles),
      scratchCount: template.scratchCount(blockChannels: kernels.blockChannels)
    ) { tile in
      withExtendedLifetime((kernel, bias)) {
        var arguments = arguments
        arguments.input = tile.input
        arguments.output = tile.output
        arguments.scratch = tile.scratch
        run(&arguments, tile.units.lowerBound, tile.units.count)
      }
    }
  }

  /// Appends a border of zeros where the layer needs one.
  mutating func appendPadding(
    _ geometry: ConvolutionGeometry, _ input: Plan.Buffer
  ) -> Plan.Buffer {
    if geometry.insets == .zero { return input }
    let shape = TensorShape.image(
      height: geometry.input.height, width: geometry.input.width, channels: geometry.inputChannels)
    return appendPadding(geometry.insets, input, shape)
  }
}
