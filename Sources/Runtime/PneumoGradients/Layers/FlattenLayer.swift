import PneumoKernelABI
import PneumoModel

extension NetworkBuilder {
  /// Costs nothing where elements stay in their order.
  package mutating func visit(_ layer: Flatten) -> Value {
    let input = input
    switch layer.order {
    case .channelsHeightWidth where input.pixels > 1 && input.channels > 1:
      return append { builder, output in
        TranspositionLayer(name: builder.name, input: input, output: output)
      }
    case .heightWidthChannels, .channelsHeightWidth: return Value(input, as: outputShape)
    }
  }
}

/// Pixels of channels as channels of pixels.
struct TranspositionLayer: GradientLayer {
  let name: String
  let input: Value
  let output: Value

  var forwardPhases: [Phase] {
    [
      .slots { slot in
        for image in slot.images {
          output.data(image).writeTranspose(
            of: input.data(image), rows: input.pixels, columns: input.channels,
            rowStride: input.channels)
        }
      }
    ]
  }

  var backwardPhases: [Phase] {
    [
      .slots { slot in
        for image in slot.images {
          guard let gradient = output.gradient(image), let target = input.gradient(image) else {
            continue
          }
          for pixel in 0..<input.pixels {
            for channel in 0..<input.channels {
              target[pixel * input.channels + channel] += gradient[channel * input.pixels + pixel]
            }
          }
        }
      }
    ]
  }
}
