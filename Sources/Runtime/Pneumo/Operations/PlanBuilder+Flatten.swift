import PneumoModel

extension PlanBuilder {
  /// Costs nothing where elements stay in their order.
  mutating func visit(_ layer: Flatten) -> Plan.Buffer {
    switch layer.order {
    case .heightWidthChannels: input
    case .channelsHeightWidth:
      appendTransposition(input, from: inputShape, to: .channelsFirst)
    }
  }

  /// Reorders an image of `shape`, which is in the other layout, to `layout`.
  mutating func appendTransposition(
    _ input: Plan.Buffer, from shape: TensorShape, to layout: Preprocessing.Layout
  ) -> Plan.Buffer {
    let channels = shape.channels
    let pixels = shape.count / channels
    let result = makeBuffer(shape.count)
    appendStep("transpose", input, to: result, split: .image(tiles: 1)) { tile in
      for pixel in 0..<pixels {
        for channel in 0..<channels {
          let (last, first) = (pixel * channels + channel, channel * pixels + pixel)
          switch layout {
          case .channelsFirst: tile.output[first] = tile.input[last]
          case .channelsLast: tile.output[last] = tile.input[first]
          }
        }
      }
    }
    return result
  }
}
