import PneumoCompute
import PneumoKernelABI
import PneumoModel

extension PlanBuilder {
  mutating func visit(_ layer: Pooling) -> Plan.Buffer {
    appendPooling(layer, to: outputShape)
  }

  /// Appends pooling of the current node's input.
  mutating func appendPooling(_ layer: Pooling, to output: TensorShape) -> Plan.Buffer {
    guard case .image(let height, let width, let channels) = inputShape,
      case .image(let rows, let columns, _) = output
    else { preconditionFailure("the graph was checked") }
    let (window, stride) = (layer.window, layer.stride)
    let insets = layer.insets(of: Extent(height: height, width: width))
    let divisor = layer.countsPadding ? window.height * window.width : 0
    let isMax = layer.kind == .max
    let run = isMax ? kernels.poolMax : kernels.poolAverage
    let tiles = Tiling(count: rows)
    let result = makeBuffer(output.count)
    appendStep(
      "\(isMax ? "max" : "average")Pool\(window.height)x\(window.width)", input, to: result,
      split: .image(tiles: tiles.tiles)
    ) { tile in
      var arguments = PoolingArguments(
        input: tile.input, output: tile.output, inputHeight: height, inputWidth: width,
        outputWidth: columns, channels: channels, windowHeight: window.height,
        windowWidth: window.width, strideHeight: stride.height, strideWidth: stride.width,
        top: insets.top, left: insets.left, divisor: divisor)
      run(&arguments, tiles[tile.index].lowerBound, tiles[tile.index].upperBound)
    }
    return result
  }
}
