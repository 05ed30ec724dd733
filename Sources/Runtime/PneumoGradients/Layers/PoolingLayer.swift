import PneumoKernelABI
import PneumoModel

extension NetworkBuilder {
  package mutating func visit(_ layer: Pooling) -> Value {
    append { builder, output in
      PoolingLayer(
        name: builder.name, pooling: layer, input: builder.input, output: output,
        kernels: builder.kernels)
    }
  }
}

/// Largest elements or means of windows, or of the whole image.
struct PoolingLayer: GradientLayer {
  let name: String
  let pooling: Pooling
  let input: Value
  let output: Value
  let kernels: KernelTable

  private func arguments(_ image: Int) -> PoolingArguments {
    let insets = pooling.insets(of: input.extent)
    let counts = pooling.kind == .average && pooling.countsPadding
    return PoolingArguments(
      input: input.data(image), output: output.data(image), inputHeight: input.extent.height,
      inputWidth: input.extent.width, outputWidth: output.extent.width, channels: input.channels,
      windowHeight: pooling.window.height, windowWidth: pooling.window.width,
      strideHeight: pooling.stride.height, strideWidth: pooling.stride.width, top: insets.top,
      left: insets.left, divisor: counts ? pooling.window.height * pooling.window.width : 0)
  }

  var forwardPhases: [Phase] {
    let run = pooling.kind == .max ? kernels.poolMax : kernels.poolAverage
    return [
      .slots { slot in
        for image in slot.images {
          var arguments = arguments(image)
          run(&arguments, 0, output.extent.height)
        }
      }
    ]
  }

  var backwardPhases: [Phase] {
    let run =
      pooling.kind == .max
      ? kernels.training.poolMaxGradient : kernels.training.poolAverageGradient
    return [
      .slots { slot in
        for image in slot.images {
          guard let gradient = output.gradient(image), let target = input.gradient(image) else {
            continue
          }
          var arguments = arguments(image)
          run(&arguments, output.extent.height, gradient, target)
        }
      }
    ]
  }
}
