import PneumoKernelABI
import PneumoModel

/// Makes the layers of a network from a graph.
struct NetworkBuilder {
  private let graph: Graph
  private let batch: Batch
  private let kernels: KernelTable
  private let penalties: [String: Float]
  private let momenta: [String: Float]
  private let usesWinograd: Bool
  /// What each value of the graph is stored in; several may be one.
  private var values: [Value]
  /// For each layer that was made, the values that it reads.
  private var reads: [[Value]] = []
  /// For each layer that was made, the value that it writes.
  private(set) var writes: [Value] = []
  private(set) var layers: [any TrainingLayer] = []

  /// The picture.
  var input: Value { values[0] }
  /// The logits.
  var output: Value { values[values.count - 1] }

  init(
    graph: Graph, batch: Batch, kernels: KernelTable, penalties: [String: Float],
    momenta: [String: Float], usesWinograd: Bool
  ) {
    self.graph = graph
    self.batch = batch
    self.kernels = kernels
    self.penalties = penalties
    self.momenta = momenta
    self.usesWinograd = usesWinograd
    values = [Value(graph.inputShape, capacity: batch.capacity, hasGradient: false)]
  }

  mutating func build() throws(TrainingError) {
    var index = 0
    while index < graph.nodes.count {
      if let pooling = fusedPooling(after: index) {
        // What is not pooled is never stored.
        guard case .convolution(let layer) = graph.nodes[index].operation else { return }
        let output = makeValue(graph.shapes[index + 2])
        append(layer, index, isPooled: true, to: output)
        values += [output, output]
        index = pooling + 1
      } else {
        values.append(try makeLayer(index))
        index += 1
      }
    }
    try checkOutput()
  }

  /// For each layer the values that it is the last to read: in the backward pass it is the first that
  /// adds to their gradients.
  var startingGradients: [[Value]] {
    var started = Set<ObjectIdentifier>()
    var result = [[Value]](repeating: [], count: layers.count)
    for index in layers.indices.reversed() {
      for value in reads[index] {
        guard let gradient = value.gradient,
          started.insert(ObjectIdentifier(gradient)).inserted
        else { continue }
        result[index].append(value)
      }
    }
    return result
  }

  private func makeValue(_ shape: TensorShape) -> Value {
    Value(shape, capacity: batch.capacity)
  }

  private mutating func append(
    _ layer: any TrainingLayer, reading inputs: [Value], writing output: Value
  ) {
    layers.append(layer)
    reads.append(inputs)
    writes.append(output)
  }

  /// The 2×2 pooling that comes next, and is all that reads what convolution `index` writes.
  private func fusedPooling(after index: Int) -> Int? {
    guard case .convolution(let layer) = graph.nodes[index].operation, !layer.isDepthwise,
      layer.activation == nil || layer.activation?.clampLimits != nil,
      index + 1 < graph.nodes.count, graph.nodes[index + 1].inputs == [index + 1],
      case .pooling(let pooling) = graph.nodes[index + 1].operation, pooling.kind == .max,
      pooling.window == Extent(2), pooling.stride == Extent(2), pooling.padding == .valid,
      !graph.nodes[(index + 2)...].contains(where: { $0.inputs.contains(index + 1) })
    else { return nil }
    return index + 1
  }

  /// Makes the layer of node `index`, and answers what it writes.
  private mutating func makeLayer(_ index: Int) throws(TrainingError) -> Value {
    let node = graph.nodes[index]
    let inputs = node.inputs.map { values[$0] }
    let input = inputs[0]
    let shape = graph.shapes[index + 1]
    let isLast = index == graph.nodes.count - 1
    switch node.operation {
    case .convolution(let layer):
      return try splitting(layer.activation, node, shape) { builder, activation, output in
        var layer = layer
        layer.activation = activation
        builder.append(layer, index, isPooled: false, to: output)
      }
    case .dense(var layer):
      // The loss takes the place of the last activation.
      if isLast { layer.activation = nil }
      let trained = layer
      return try splitting(layer.activation, node, shape) { builder, activation, output in
        var layer = trained
        layer.activation = activation
        builder.append(
          DenseLayer(
            name: node.name, layer: layer, input: input, output: output,
            penalty: builder.penalties[node.name] ?? 0, kernels: builder.kernels,
            batch: builder.batch),
          reading: [input], writing: output)
      }
    case .activation(let activation):
      if isLast, activation == .sigmoid || activation == .softmax { return input }
      let output = makeValue(shape)
      try appendActivation(activation, node.name, input, output)
      return output
    case .flatten(let order):
      guard order == .heightWidthChannels || input.pixels == 1 || input.channels == 1 else {
        throw TrainingError(
          .unsupportedNetwork,
          "layer '\(node.name)': channels-first flattening is for imported networks; training "
            + "takes the order of rows, pixels, channels")
      }
      return Value(input, as: shape)
    default:
      let output = makeValue(shape)
      append(makeSimpleLayer(node, inputs, output), reading: inputs, writing: output)
      return output
    }
  }

  /// Layers without clamping and loss.
  private func makeSimpleLayer(
    _ node: Graph.Node, _ inputs: [Value], _ output: Value
  ) -> any TrainingLayer {
    let (name, input) = (node.name, inputs[0])
    switch node.operation {
    case .pooling(let pooling):
      return PoolingLayer(
        name: name, pooling: pooling, input: input, output: output, kernels: kernels)
    case .globalPooling(let kind):
      // The output is a vector; to pooling it is an image of one pixel.
      return PoolingLayer(
        name: name, pooling: PoolingLayer.global(kind, over: input), input: input,
        output: Value(output, as: .image(height: 1, width: 1, channels: input.channels)),
        kernels: kernels)
    case .batchNormalization(let layer):
      return BatchNormalizationLayer(
        name: name, layer: layer, momentum: momenta[name] ?? 0.99, input: input, output: output,
        kernels: kernels, batch: batch)
    case .add:
      return AddLayer(name: name, inputs: inputs, output: output, kernels: kernels)
    case .concatenate:
      return ConcatenateLayer(name: name, inputs: inputs, output: output, kernels: kernels)
    case .zeroPadding(let insets):
      return ZeroPaddingLayer(
        name: name, insets: insets, input: input, output: output, kernels: kernels)
    case .dropout(let rate):
      return DropoutLayer(
        name: name, rate: rate, number: layers.count, input: input, output: output,
        kernels: kernels, batch: batch)
    case .convolution, .dense, .activation, .flatten:
      preconditionFailure("made elsewhere")
    }
  }

  /// Makes a layer with those activations that it fuses, and a layer of its own for another one.
  private mutating func splitting(
    _ activation: Activation?, _ node: Graph.Node,
    _ shape: TensorShape,
    make: (inout NetworkBuilder, Activation?, Value) -> Void
  ) throws(TrainingError) -> Value {
    let output = makeValue(shape)
    guard let activation, activation.clampLimits == nil else {
      make(&self, activation, output)
      return output
    }
    make(&self, nil, output)
    let activated = makeValue(shape)
    try appendActivation(activation, node.name, output, activated)
    return activated
  }

  private mutating func appendActivation(
    _ activation: Activation, _ name: String, _ input: Value, _ output: Value
  ) throws(TrainingError) {
    guard activation != .softmax else {
      throw TrainingError(
        .unsupportedNetwork,
        "layer '\(name)': softmax is trained only as the last activation of a network")
    }
    append(
      ActivationLayer(
        name: name, activation: activation, input: input, output: output, kernels: kernels),
      reading: [input], writing: output)
  }

  private mutating func append(
    _ layer: Convolution, _ index: Int, isPooled: Bool, to output: Value
  ) {
    let node = graph.nodes[index]
    let input = values[node.inputs[0]]
    guard case .image(let height, let width, _) = graph.shapes[index + 1] else { return }
    let shape = ConvolutionShape(
      name: node.name, layer: layer, input: input, output: output,
      convolved: Extent(height: height, width: width), isPooled: isPooled,
      penalty: penalties[node.name] ?? 0, kernels: kernels, batch: batch)
    append(makeConvolution(shape), reading: [input], writing: output)
  }

  private func makeConvolution(_ shape: ConvolutionShape) -> any TrainingLayer {
    let layer = shape.layer
    if layer.isDepthwise && layer.groups == layer.kernel.shape[3] {
      return DepthwiseConvolutionLayer(shape)
    }
    if usesWinograd && WinogradConvolutionLayer.covers(layer) {
      return WinogradConvolutionLayer(shape)
    }
    return DirectConvolutionLayer(shape)
  }

  private func checkOutput() throws(TrainingError) {
    let activation: Activation? =
      switch graph.nodes.last?.operation {
      case .dense(let layer): layer.activation
      case .activation(let activation): activation
      default: nil
      }
    guard activation == .sigmoid || activation == .softmax, case .vector(let count) = output.shape,
      (activation == .sigmoid) == (count == 1)
    else {
      throw TrainingError(
        .unsupportedNetwork,
        "a classifier is trained that ends in one sigmoid, or softmax over two or more classes")
    }
  }
}
