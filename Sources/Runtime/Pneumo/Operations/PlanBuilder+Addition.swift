import PneumoKernelABI
import PneumoModel

extension PlanBuilder {
  mutating func visit(_ layer: Addition) -> Plan.Buffer {
    let inputs = inputs
    let count = inputs[0].count
    let add = kernels.add
    let result = makeBuffer(count)
    for (number, input) in inputs.dropFirst().enumerated() {
      appendStep(
        "add", number == 0 ? inputs[0] : result, other: input, to: result, split: .image(tiles: 1)
      ) { tile in
        add(tile.input, tile.other, tile.output, count)
      }
    }
    return result
  }
}
