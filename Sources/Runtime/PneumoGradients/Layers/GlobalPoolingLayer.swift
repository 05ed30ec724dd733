import PneumoModel

extension NetworkBuilder {
  /// Pooling with a window of the whole image. The output is a vector; to pooling it is an image of one
  /// pixel.
  package mutating func visit(_ layer: GlobalPooling) -> Value {
    append { builder, output in
      let input = builder.input
      return PoolingLayer(
        name: builder.name,
        pooling: Pooling(layer.kind, window: input.extent, stride: input.extent), input: input,
        output: Value(output, as: .image(height: 1, width: 1, channels: input.channels)),
        kernels: builder.kernels)
    }
  }
}
