import PneumoKernelABI
import PneumoModel

extension NetworkBuilder {
  package mutating func visit(_ layer: ZeroPadding) -> Value {
    append { builder, output in
      ZeroPaddingLayer(
        name: builder.name, insets: layer.insets, input: builder.input, output: output,
        kernels: builder.kernels)
    }
  }
}

/// A border of zeros.
struct ZeroPaddingLayer: GradientLayer {
  let name: String
  let insets: Insets
  let input: Value
  let output: Value
  let kernels: KernelTable

  var forwardPhases: [Phase] {
    [
      .slots { slot in
        for image in slot.images {
          input.copyPadded(image, insets, to: output.data(image))
        }
      }
    ]
  }

  var backwardPhases: [Phase] {
    [
      .slots { slot in
        for image in slot.images {
          guard let gradient = output.gradient(image) else { continue }
          input.addUnpadded(gradient, insets, image, kernels)
        }
      }
    ]
  }
}
