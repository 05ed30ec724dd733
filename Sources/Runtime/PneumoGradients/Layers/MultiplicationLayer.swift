import PneumoKernelABI
import PneumoModel

extension NetworkBuilder {
  package mutating func visit(_ layer: Multiplication) -> Value {
    append { builder, output in
      let inputs = builder.inputs
      let isFirstWhole = inputs[0].count == output.count
      return MultiplicationLayer(
        name: builder.name, input: inputs[isFirstWhole ? 0 : 1],
        factors: inputs[isFirstWhole ? 1 : 0], output: output, kernels: builder.kernels)
    }
  }
}

/// The product of two values of one shape, or of an image and one factor a channel.
struct MultiplicationLayer: GradientLayer {
  let name: String
  /// The value that has the output's shape.
  let input: Value
  let factors: Value
  let output: Value
  let kernels: KernelTable

  /// Rows that the factors multiply: pixels, or one where the shapes are equal.
  private var rows: Int { output.count / factors.count }

  var forwardPhases: [Phase] {
    [
      .slots { slot in
        for image in slot.images {
          kernels.multiply(
            input.data(image), factors.data(image), output.data(image), rows, factors.count)
        }
      }
    ]
  }

  var backwardPhases: [Phase] {
    [
      .slots { slot in
        for image in slot.images {
          guard let gradient = output.gradient(image) else { continue }
          if let target = input.gradient(image) {
            kernels.training.addProducts(
              gradient, factors.data(image), target, rows, factors.count)
          }
          if let target = factors.gradient(image) {
            kernels.training.addColumnProducts(
              gradient, input.data(image), rows, factors.count, target)
          }
        }
      }
    ]
  }
}
