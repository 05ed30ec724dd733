// A trained batch normalisation is y = x * s + t for each channel, with
// s = gamma / sqrt(variance + epsilon) and t = beta - mean * s (Ioffe & Szegedy 2015, Algorithm 2).
// A convolution or dense layer is linear in its input and in its kernel, so that s and t can go
// into the weights of the layer before it or after it. All in Double, rounded once.

/// Folds each batch normalisation into the convolution or dense layer before it, if that has no
/// activation and nothing else reads what it answers: kernel * s and bias * s + t.
func foldBatchNormalizationIntoPrevious(_ graph: inout GraphRewriter) {
  for index in graph.indices {
    guard case .batchNormalization(let normalization) = graph.nodes[index].operation,
      let producer = graph.exclusiveProducer(of: index)
    else { continue }
    let affine = Affine(normalization)
    switch graph.nodes[producer].operation {
    case .convolution(var layer) where layer.activation == nil:
      (layer.kernel, layer.bias) = affine.scalingOutputs(of: layer.kernel, layer.bias)
      graph.replace(producer, by: .convolution(layer))
    case .dense(var layer) where layer.activation == nil:
      (layer.kernel, layer.bias) = affine.scalingOutputs(of: layer.kernel, layer.bias)
      graph.replace(producer, by: .dense(layer))
    default: continue
    }
    graph.remove(index, .folded, into: producer)
  }
}

/// Folds each batch normalisation that is left into the convolution or dense layer that alone reads
/// it: kernel * s for each input channel, and bias + the sum of kernel * t.
///
/// A convolution must have no padding: a border of zeros would have to be -t/s before the fold.
func foldBatchNormalizationIntoNext(_ graph: inout GraphRewriter) {
  for index in graph.indices {
    guard case .batchNormalization(let normalization) = graph.nodes[index].operation else {
      continue
    }
    let consumers = graph.consumers(of: index)
    guard consumers.count == 1, let consumer = consumers.first else { continue }
    let affine = Affine(normalization)
    switch graph.nodes[consumer].operation {
    case .convolution(var layer) where isUnpadded(layer, input: graph.shapes[index + 1]):
      (layer.kernel, layer.bias) = affine.scalingInputs(
        of: layer.kernel, layer.bias, groups: layer.groups)
      graph.replace(consumer, by: .convolution(layer))
    case .dense(var layer):
      (layer.kernel, layer.bias) = affine.scalingInputs(of: layer.kernel, layer.bias, groups: 1)
      graph.replace(consumer, by: .dense(layer))
    default: continue
    }
    graph.remove(index, .folded, into: consumer)
  }
}

private func isUnpadded(_ layer: Convolution, input: TensorShape) -> Bool {
  guard case .image(let height, let width, _) = input else { return false }
  let window = Extent(height: layer.kernel.shape[0], width: layer.kernel.shape[1])
  return layer.padding.insets(
    of: Extent(height: height, width: width), window: window, stride: layer.stride,
    dilation: layer.dilation) == .zero
}

/// `x * scale + shift` for each channel.
private struct Affine {
  let scale, shift: [Double]

  init(_ layer: BatchNormalization) {
    let (gamma, beta) = (layer.gamma.values(), layer.beta.values())
    let (mean, variance) = (layer.mean.values(), layer.variance.values())
    let scale = gamma.indices.map {
      Double(gamma[$0]) / (Double(variance[$0]) + Double(layer.epsilon)).squareRoot()
    }
    self.scale = scale
    shift = beta.indices.map { Double(beta[$0]) - Double(mean[$0]) * scale[$0] }
  }

  /// The weights of a layer whose outputs are scaled and shifted. The last axis of `kernel` counts
  /// outputs.
  func scalingOutputs(
    of kernel: WeightTensor, _ bias: WeightTensor?
  ) -> (kernel: WeightTensor, bias: WeightTensor?) {
    let outputs = scale.count
    let values = kernel.values().enumerated().map { Float(Double($1) * scale[$0 % outputs]) }
    let biases = bias?.values() ?? [Float](repeating: 0, count: outputs)
    let shifted = biases.indices.map { Float(Double(biases[$0]) * scale[$0] + shift[$0]) }
    return (
      WeightTensor(shape: kernel.shape, values: values),
      WeightTensor(shape: [outputs], values: shifted)
    )
  }

  /// The weights of a layer whose inputs are scaled and shifted. The last two axes of `kernel`
  /// count inputs of one group, and outputs of all.
  func scalingInputs(
    of kernel: WeightTensor, _ bias: WeightTensor?, groups: Int
  ) -> (kernel: WeightTensor, bias: WeightTensor?) {
    let (inputs, outputs) = (kernel.shape[kernel.shape.count - 2], kernel.shape.last!)
    var values = kernel.values()
    var biases = bias?.values().map(Double.init) ?? [Double](repeating: 0, count: outputs)
    for index in values.indices {
      let output = index % outputs
      let channel = output / (outputs / groups) * inputs + index / outputs % inputs
      biases[output] += Double(values[index]) * shift[channel]
      values[index] = Float(Double(values[index]) * scale[channel])
    }
    return (
      WeightTensor(shape: kernel.shape, values: values),
      WeightTensor(shape: [outputs], values: biases.map { Float($0) })
    )
  }
}
