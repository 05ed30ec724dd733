import PneumoModel

extension PlanBuilder {
  mutating func visit(_ layer: ZeroPadding) -> Plan.Buffer {
    appendPadding(layer.insets, input, inputShape)
  }

  /// Surrounds an image with zeros.
  mutating func appendPadding(
    _ insets: Insets, _ input: Plan.Buffer, _ shape: TensorShape
  ) -> Plan.Buffer {
    guard case .image(let height, let width, let channels) = shape else {
      preconditionFailure("the graph was checked")
    }
    let rowCount = (width + insets.left + insets.right) * channels
    let rows = height + insets.top + insets.bottom
    let left = insets.left * channels
    let right = insets.right * channels
    let result = makeBuffer(rows * rowCount)
    appendStep("zeroPadding", input, to: result, split: .image(tiles: 1)) { tile in
      tile.output.update(repeating: 0, count: insets.top * rowCount)
      for row in 0..<height {
        let output = tile.output + (row + insets.top) * rowCount
        output.update(repeating: 0, count: left)
        (output + left).update(from: tile.input + row * width * channels, count: width * channels)
        (output + (rowCount - right)).update(repeating: 0, count: right)
      }
      (tile.output + (insets.top + height) * rowCount)
        .update(repeating: 0, count: insets.bottom * rowCount)
    }
    return result
  }
}
