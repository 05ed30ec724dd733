// A trained batch normalization is y = x * s + t for each channel, with
// s = gamma / sqrt(variance + epsilon) and t = beta - mean * s (Ioffe & Szegedy 2015, Algorithm 2).
// A convolution or dense layer is linear in its input and in its kernel, so that s and t can go
// into the weights of the layer before it or after it. All in Double, rounded once.

/// Folds each batch normalization into the convolution or dense layer before it, if that has no
/// activation and nothing else reads its output: kernel * s and bias * s + t.
func foldBatchNormalizationIntoPrevious(_ graph: inout GraphRewriter) {
  for index in graph.indices {
    guard case .batchNormalization(let normalization) = graph.nodes[index].operation,
      let producer = graph.exclusiveProducer(of: index),
      var layer = graph.nodes[producer].operation.linear, layer.activation == nil
    else { continue }
    Affine(normalization).scaleOutputs(of: &layer)
    graph.replace(producer, by: layer.operation)
    graph.remove(index, .folded, into: producer)
  }
}

/// Folds each batch normalization that is left into the convolution or dense layer that alone reads
/// it: kernel * s for each input channel, and bias + the sum of kernel * t.
///
/// A convolution must have no padding: a border of zeros would have to be -t/s before the fold.
func foldBatchNormalizationIntoNext(_ graph: inout GraphRewriter) {
  for index in graph.indices {
    guard case .batchNormalization(let normalization) = graph.nodes[index].operation else {
      continue
    }
    let consumers = graph.consumers(of: index)
    guard consumers.count == 1, let consumer = consumers.first,
      var layer = graph.nodes[consumer].operation.linear,
      !layer.pads(graph.shapes[index + 1])
    else { continue }
    Affine(normalization).scaleInputs(of: &layer)
    graph.replace(consumer, by: layer.operation)
    graph.remove(index, .folded, into: consumer)
  }
}

/// `x * scale + shift` for each channel.
private struct Affine {
  let scale, shift: [Double]

  init(_ layer: BatchNormalization<WeightTensor>) { (scale, shift) = layer.scalesAndShifts() }

  /// Changes the weights of a layer as if its outputs were scaled and shifted.
  func scaleOutputs(of layer: inout some LinearLayer<WeightTensor>) {
    let outputs = scale.count
    let values = layer.kernel.values().enumerated().map {
      Float(Double($1) * scale[$0 % outputs])
    }
    let biases = layer.bias?.values() ?? [Float](repeating: 0, count: outputs)
    let shifted = biases.indices.map { Float(Double(biases[$0]) * scale[$0] + shift[$0]) }
    layer.kernel = WeightTensor(shape: layer.kernel.shape, values: values)
    layer.bias = WeightTensor(shape: [outputs], values: shifted)
  }

  /// Changes the weights of a layer as if its inputs were scaled and shifted.
  func scaleInputs(of layer: inout some LinearLayer<WeightTensor>) {
    let shape = layer.kernel.shape
    let (inputs, outputs) = (shape[shape.count - 2], shape[shape.count - 1])
    var values = layer.kernel.values()
    var biases =
      layer.bias?.values().map(Double.init) ?? [Double](repeating: 0, count: outputs)
    for index in values.indices {
      let output = index % outputs
      let channel = output / (outputs / layer.groups) * inputs + index / outputs % inputs
      biases[output] += Double(values[index]) * shift[channel]
      values[index] = Float(Double(values[index]) * scale[channel])
    }
    layer.kernel = WeightTensor(shape: shape, values: values)
    layer.bias = WeightTensor(shape: [outputs], values: biases.map { Float($0) })
  }
}
