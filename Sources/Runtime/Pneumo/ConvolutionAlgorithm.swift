import PneumoKernelABI

/// How a convolution is computed.
enum ConvolutionAlgorithm: Equatable {
  /// Each channel with a filter of its own.
  case depthwise
  case direct
  /// F(m×m, 3×3) with m = `tileSize`.
  case winograd(tileSize: Int)
  /// F(1×4, 3×3), for few input channels.
  case winogradRows

  /// The cheapest by a model that knows only the sizes and the instruction set, so that the same
  /// layer always gives the same bits.
  ///
  /// Costs count vector multiplications with additions. Per element of a tile, or per tile of one row,
  /// a transform takes as long as some of these, which were fitted to measured times: loads and stores
  /// limit it.
  static func choose(
    for geometry: ConvolutionGeometry, kernels: KernelTable
  ) -> ConvolutionAlgorithm {
    let layer = geometry.layer
    let (inputs, outputs) = (geometry.inputChannels, geometry.outputChannels)
    if layer.groups == inputs, outputs == inputs, inputs > 1 { return .depthwise }
    guard layer.groups == 1, geometry.window.height == 3, geometry.window.width == 3,
      layer.stride.height == 1, layer.stride.width == 1, layer.dilation.height == 1,
      layer.dilation.width == 1
    else { return .direct }

    let pooling = geometry.isPooled ? 2 : 1
    let (height, width) = (geometry.output.height * pooling, geometry.output.width * pooling)
    let outputVectors = kernels.padded(outputs) / kernels.vectorCount
    let inputVectors = (inputs + kernels.vectorCount - 1) / kernels.vectorCount
    let isWhole = inputs % kernels.vectorCount == 0
    var best = ConvolutionAlgorithm.direct
    var least = height * width * outputVectors * (9 * inputs + tileCost)
    if inputs <= WinogradRowStrip.mostChannels {
      let tiles = (height + 1) / 2 * 2 * ((width + 3) / 4)
      let cost = tiles * (rowInputCost + outputVectors * (18 * inputs + rowOutputCost))
      if cost < least {
        best = .winogradRows
        least = cost
      }
    }
    for tileSize in [2, 4, 6] {
      let tiles =
        ((height + tileSize - 1) / tileSize) * ((width + tileSize - 1) / tileSize)
      let elements = (tileSize + 2) * (tileSize + 2)
      let cost =
        tiles * elements
        * (inputVectors * (isWhole ? inputCost : gatherCost) + outputVectors * (inputs + outputCost))
      if cost < least {
        best = .winograd(tileSize: tileSize)
        least = cost
      }
    }
    return best
  }

  /// Of a direct sum beside its multiplications.
  private static let tileCost = 4
  private static let inputCost = 8
  /// Where channels are no whole vectors, so that each element is gathered first.
  private static let gatherCost = 24
  private static let outputCost = 6
  private static let rowInputCost = 20
  private static let rowOutputCost = 18
}
