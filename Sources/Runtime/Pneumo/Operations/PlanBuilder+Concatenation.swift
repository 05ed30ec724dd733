import PneumoModel

extension PlanBuilder {
  mutating func visit(_ layer: Concatenation) -> Plan.Buffer {
    let (inputs, shapes) = (inputs, inputShapes)
    let total = shapes.reduce(0) { $0 + $1.channels }
    let pixels = shapes[0].count / shapes[0].channels
    let result = makeBuffer(pixels * total)
    var first = 0
    for (input, shape) in zip(inputs, shapes) {
      let (channels, start) = (shape.channels, first)
      appendStep("concatenate", input, to: result, split: .image(tiles: 1)) { tile in
        for pixel in 0..<pixels {
          (tile.output + (pixel * total + start))
            .update(from: tile.input + pixel * channels, count: channels)
        }
      }
      first += channels
    }
    return result
  }
}
