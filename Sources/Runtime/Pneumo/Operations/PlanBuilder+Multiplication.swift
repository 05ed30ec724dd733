import PneumoKernelABI
import PneumoModel

extension PlanBuilder {
  mutating func visit(_ layer: Multiplication) -> Plan.Buffer {
    let count = outputShape.count
    let isFirstWhole = inputs[0].count == count
    let (image, factors) = isFirstWhole ? (inputs[0], inputs[1]) : (inputs[1], inputs[0])
    // Where the shapes are equal, all elements are one row.
    let columns = factors.count
    let multiply = kernels.multiply
    let result = makeBuffer(count)
    appendStep("multiply", image, other: factors, to: result, split: .image(tiles: 1)) { tile in
      multiply(tile.input, tile.other, tile.output, count / columns, columns)
    }
    return result
  }
}
