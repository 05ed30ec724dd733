import PneumoCompute
import PneumoKernelABI
import PneumoModel

extension PlanBuilder {
  mutating func visit(_ layer: Dense<WeightTensor>) -> Plan.Buffer {
    let (inputs, outputs) = (layer.kernel.shape[0], layer.kernel.shape[1])
    let isHalf = layer.kernel.scalarType == .float16 && kernels.widensHalves
    let kernel = packed(dense: layer.kernel, isHalf: isHalf)
    let bias = packed(layer.bias, columns: outputs)
    let limits = layer.activation?.clampLimits
    let blocks = kernels.padded(outputs) / kernels.blockChannels
    // Four blocks at once suit one image; where that leaves few tiles, threads matter more.
    let blocksPerTile = blocks >= 8 ? 4 : 1
    let run = kernels.multiplyDense

    let result = makeBuffer(outputs)
    appendStep(
      "dense" + (isHalf ? "F16" : "") + fusionSuffix(layer.bias, layer.activation), input,
      to: result, multiplyAdds: inputs * outputs,
      split: .batch(tiles: (blocks + blocksPerTile - 1) / blocksPerTile),
      scratchCount: kernels.tileCount
    ) { tile in
      let first = tile.index * blocksPerTile
      var arguments = DenseArguments(
        input: tile.input, kernel: kernel.pointer, isKernelHalf: isHalf, bias: bias.pointer,
        output: tile.output, scratch: tile.scratch, images: tile.images, inputs: inputs,
        outputs: outputs)
      if let limits { (arguments.low, arguments.high) = limits }
      run(&arguments, first, min(first + blocksPerTile, blocks))
    }
    appendRemaining(layer.activation, on: result, channels: outputs)
    return result
  }

  /// Elements of the kernel once it is packed.
  func packedCount(_ layer: Dense<WeightTensor>) -> Int {
    layer.kernel.shape[0] * kernels.padded(layer.kernel.shape[1])
  }
}
