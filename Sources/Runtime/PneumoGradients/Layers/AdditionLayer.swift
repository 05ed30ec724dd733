import PneumoKernelABI
import PneumoModel

extension NetworkBuilder {
  package mutating func visit(_ layer: Addition) -> Value {
    append { builder, output in
      AdditionLayer(
        name: builder.name, inputs: builder.inputs, output: output, kernels: builder.kernels)
    }
  }
}

/// The sum of several values.
struct AdditionLayer: GradientLayer {
  let name: String
  let inputs: [Value]
  let output: Value
  let kernels: KernelTable

  var forwardPhases: [Phase] {
    [
      .slots { slot in
        let first = slot.images.lowerBound
        let count = slot.images.count * output.count
        let target = output.data(first)
        target.update(from: inputs[0].data(first), count: count)
        for input in inputs.dropFirst() { kernels.add(target, input.data(first), target, count) }
      }
    ]
  }

  var backwardPhases: [Phase] {
    [
      .slots { slot in
        let first = slot.images.lowerBound
        guard let gradient = output.gradient(first) else { return }
        for input in inputs {
          guard let target = input.gradient(first) else { continue }
          kernels.training.addScaled(gradient, 1, target, slot.images.count * output.count)
        }
      }
    ]
  }
}
