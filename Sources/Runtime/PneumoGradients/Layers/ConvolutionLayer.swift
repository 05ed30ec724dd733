import PneumoModel

extension NetworkBuilder {
  package mutating func visit(_ layer: Convolution<WeightTensor>) -> Value {
    if !layer.isDepthwise, let pooling = graph.fusiblePooling(after: node) {
      // What is not pooled is never stored.
      let output = makeValue(graph.shapes[pooling + 1])
      append(layer, isPooled: true, to: output)
      noteFusion(of: pooling, with: output)
      return output
    }
    return splitting(layer.activation) { builder, activation, output in
      var layer = layer
      layer.activation = activation
      builder.append(layer, isPooled: false, to: output)
    }
  }

  private mutating func append(
    _ layer: Convolution<WeightTensor>, isPooled: Bool, to output: Value
  ) {
    guard case .image(let height, let width, _) = outputShape else { return }
    let input = input
    let shape = ConvolutionShape(
      name: name, layer: layer, options: options, input: input, output: output,
      convolved: Extent(height: height, width: width), isPooled: isPooled, kernels: kernels,
      batch: batch)
    append(makeConvolution(shape), reading: [input], writing: output)
  }

  private func makeConvolution(_ shape: ConvolutionShape) -> any GradientLayer {
    let layer = shape.layer
    if layer.isDepthwise && layer.groups == layer.kernel.shape[3] {
      return DepthwiseConvolutionLayer(shape)
    }
    if options.usesWinograd && WinogradConvolutionLayer.covers(layer) {
      return WinogradConvolutionLayer(shape)
    }
    return DirectConvolutionLayer(shape)
  }
}
