import PneumoCompute
import PneumoKernelABI
import PneumoModel

extension PlanBuilder {
  mutating func visit(_ layer: BatchNormalization<WeightTensor>) -> Plan.Buffer {
    let (shape, channels) = (inputShape, inputShape.channels)
    let scale = FloatBuffer(count: channels)
    let shift = FloatBuffer(count: channels)
    let (scales, shifts) = layer.scalesAndShifts()
    for c in 0..<channels {
      scale.pointer[c] = Float(scales[c])
      shift.pointer[c] = Float(shifts[c])
    }
    let run = kernels.scaleAndShift
    let pixels = shape.count / channels
    let result = makeBuffer(shape.count)
    appendStep(
      "scaleAndShift", input, to: result, multiplyAdds: shape.count, split: .image(tiles: 1)
    ) { tile in
      var arguments = ScaleArguments(
        input: tile.input, scale: scale.pointer, shift: shift.pointer, output: tile.output,
        channels: channels)
      run(&arguments, pixels)
    }
    return result
  }
}
