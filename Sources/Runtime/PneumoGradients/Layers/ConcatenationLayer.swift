import PneumoKernelABI
import PneumoModel

extension NetworkBuilder {
  package mutating func visit(_ layer: Concatenation) -> Value {
    append { builder, output in
      ConcatenationLayer(
        name: builder.name, inputs: builder.inputs, output: output, kernels: builder.kernels)
    }
  }
}

/// Several values joined along channels.
struct ConcatenationLayer: GradientLayer {
  let name: String
  let inputs: [Value]
  let output: Value
  let kernels: KernelTable

  var forwardPhases: [Phase] {
    [
      .slots { slot in
        forEachPart(slot) { input, offset, pixel in
          (output.data.pointer + pixel * output.channels + offset).update(
            from: input.data.pointer + pixel * input.channels, count: input.channels)
        }
      }
    ]
  }

  var backwardPhases: [Phase] {
    [
      .slots { slot in
        forEachPart(slot) { input, offset, pixel in
          guard let gradient = output.gradient, let target = input.gradient else { return }
          kernels.training.addScaled(
            gradient.pointer + pixel * output.channels + offset, 1,
            target.pointer + pixel * input.channels, input.channels)
        }
      }
    ]
  }

  /// Passes each input, where its channels start in the output, and each pixel to `body`.
  private func forEachPart(_ slot: Slot, _ body: (Value, _ offset: Int, _ pixel: Int) -> Void) {
    var offset = 0
    for input in inputs {
      for pixel in slot.images.lowerBound * output.pixels..<slot.images.upperBound * output.pixels {
        body(input, offset, pixel)
      }
      offset += input.channels
    }
  }
}
