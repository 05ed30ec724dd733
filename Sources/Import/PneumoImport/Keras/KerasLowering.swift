import PneumoModel

/// Makes a graph of Keras layers and their weights.
struct KerasLowering {
  private var nodes: [Graph.Node] = []
  /// Of each value of the graph.
  private var shapes: [TensorShape]
  /// The value of the graph that each value of the Keras model is.
  private var values = [0]
  /// What is done to pixels before the graph.
  private(set) var rescaling: Rescaling?
  /// Layers that pass their input on.
  private(set) var identities: [IdentityLayer] = []

  private init(inputShape: TensorShape) { shapes = [inputShape] }

  /// Lowers the layers of `architecture`, which compute `operations`, with their weights.
  static func lower(
    _ architecture: KerasArchitecture, _ operations: [KerasOperation],
    weights: borrowing KerasWeights
  ) throws(ImportError) -> KerasLowering {
    var lowering = KerasLowering(inputShape: architecture.inputShape)
    for (layer, operation) in zip(architecture.layers, operations) {
      try lowering.append(layer, operation, weights)
    }
    return lowering
  }

  /// The graph of all layers that compute something.
  func graph() throws(ImportError) -> Graph {
    do throws(ModelError) {
      return try Graph(inputShape: shapes[0], nodes: nodes)
    } catch {
      throw ImportError(error)
    }
  }

  private mutating func append(
    _ layer: KerasLayer, _ operation: KerasOperation, _ weights: borrowing KerasWeights
  ) throws(ImportError) {
    let inputs = layer.inputs.map { values[$0] }
    guard let input = inputs.first.map({ shapes[$0] }) else {
      throw .unsupported([layer.unsupported("it has no input")])
    }
    switch operation {
    case .convolution(let parameters):
      let convolution = try convolution(layer, parameters, input, weights)
      try emit(layer.name, .convolution(convolution), inputs)
    case .separableConvolution(let parameters):
      let (depthwise, pointwise) = try separable(layer, parameters, input, weights)
      try emit("\(layer.name)/depthwise", .convolution(depthwise), inputs)
      try emit(layer.name, .convolution(pointwise), [nodes.count])
    case .dense(let units, let usesBias, let activation):
      let dense = try dense(layer, units, usesBias, activation, input, weights)
      try emit(layer.name, dense, inputs)
    case .batchNormalization(let parameters):
      try checkAxis(parameters.axis, of: layer, input)
      let normalization = try batchNormalization(layer, parameters, input, weights)
      try emit(layer.name, .batchNormalization(normalization), inputs)
    case .concatenate(let axis):
      try checkAxis(axis, of: layer, input)
      try emit(layer.name, .concatenate, inputs)
    case .softmax(let axis):
      try checkAxis(axis, of: layer, input)
      try emit(layer.name, .activation(.softmax), inputs)
    case .plain(let operation): try emit(layer.name, operation, inputs)
    case .rescaling(let rescaling):
      guard [1, input.channels].contains(rescaling.scale.count),
        [1, input.channels].contains(rescaling.offset.count)
      else {
        throw .unsupported([
          layer.unsupported("its scale and offset are not one number, or one a channel")
        ])
      }
      self.rescaling = rescaling
      values.append(inputs[0])
      return
    case .identity:
      identities.append(
        IdentityLayer(
          name: layer.name, className: layer.className, position: nodes.count,
          outputShape: input))
      values.append(inputs[0])
      return
    }
    values.append(nodes.count)
  }

  private mutating func emit(
    _ name: String, _ operation: Operation, _ inputs: [Int]
  ) throws(ImportError) {
    do throws(ModelError) {
      let shape = try operation.outputShape(of: inputs.map { shapes[$0] })
      var count = 1
      for extent in shape.dimensions {
        guard (1...Limits.axis).contains(extent), count <= Limits.elements / extent else {
          throw ModelError(.limitExceeded, "its output of \(shape) is too large")
        }
        count *= extent
      }
      shapes.append(shape)
      nodes.append(Graph.Node(name: name, operation: operation, inputs: inputs))
    } catch {
      throw ImportError(error.naming(layer: name))
    }
  }

  /// Channels are the last axis here.
  private func checkAxis(
    _ axis: Int, of layer: KerasLayer, _ input: TensorShape
  ) throws(ImportError) {
    guard axis == -1 || axis == input.dimensions.count else {
      throw .unsupported([
        layer.unsupported("axis \(axis) is not the last, the one supported; channels are last")
      ])
    }
  }
}

// MARK: - Layers with weights

extension KerasLowering {
  private func convolution(
    _ layer: KerasLayer, _ parameters: KerasConvolution, _ input: TensorShape,
    _ weights: borrowing KerasWeights
  ) throws(ImportError) -> Convolution<WeightTensor> {
    guard let filters = parameters.filters else {
      return try depthwise(layer, parameters, input, isWhole: true, weights)
    }
    let (size, groups) = (parameters.kernelSize, parameters.groups)
    let shape = [size.height, size.width, input.channels / groups, filters]
    let kernel = try weights.tensor(0, of: layer, shape: shape)
    return Convolution(
      kernel: kernel, bias: try bias(layer, parameters.usesBias, filters, index: 1, weights),
      stride: parameters.stride, padding: parameters.padding, dilation: parameters.dilation,
      groups: groups, activation: parameters.activation)
  }

  /// Keras keeps a kernel of (height, width, inputs, multiplier). Its scalars in this order are
  /// those of (height, width, 1, inputs * multiplier) with a group for each input.
  ///
  /// - Parameter weightCount: of a separable convolution, whose first half this is.
  private func depthwise(
    _ layer: KerasLayer, _ parameters: KerasConvolution, _ input: TensorShape, isWhole: Bool,
    _ weights: borrowing KerasWeights
  ) throws(ImportError) -> Convolution<WeightTensor> {
    let (size, channels) = (parameters.kernelSize, input.channels)
    let stored = try weights.tensor(
      0, of: layer, shape: [size.height, size.width, channels, parameters.depthMultiplier])
    let outputs = channels * parameters.depthMultiplier
    return Convolution(
      kernel: WeightTensor(
        shape: [size.height, size.width, 1, outputs], values: stored.values()),
      bias: try bias(layer, isWhole && parameters.usesBias, outputs, index: 1, weights),
      stride: parameters.stride, padding: parameters.padding, dilation: parameters.dilation,
      groups: channels, activation: isWhole ? parameters.activation : nil)
  }

  private func separable(
    _ layer: KerasLayer, _ parameters: KerasConvolution, _ input: TensorShape,
    _ weights: borrowing KerasWeights
  ) throws(ImportError) -> (
    depthwise: Convolution<WeightTensor>, pointwise: Convolution<WeightTensor>
  ) {
    let filters = parameters.filters!
    let depthwise = try depthwise(layer, parameters, input, isWhole: false, weights)
    let kernel = try weights.tensor(
      1, of: layer, shape: [1, 1, input.channels * parameters.depthMultiplier, filters])
    let pointwise = Convolution(
      kernel: kernel,
      bias: try bias(layer, parameters.usesBias, filters, index: 2, weights),
      activation: parameters.activation)
    return (depthwise, pointwise)
  }

  /// On an image, Keras multiplies the channels of each pixel: a 1×1 convolution.
  private func dense(
    _ layer: KerasLayer, _ units: Int, _ usesBias: Bool, _ activation: Activation?,
    _ input: TensorShape, _ weights: borrowing KerasWeights
  ) throws(ImportError) -> Operation {
    let kernel = try weights.tensor(0, of: layer, shape: [input.channels, units])
    let bias = try bias(layer, usesBias, units, index: 1, weights)
    guard case .image = input else {
      return .dense(Dense(kernel: kernel, bias: bias, activation: activation))
    }
    let pointwise = WeightTensor(shape: [1, 1] + kernel.shape, values: kernel.values())
    return .convolution(Convolution(kernel: pointwise, bias: bias, activation: activation))
  }

  private func bias(
    _ layer: KerasLayer, _ isUsed: Bool, _ count: Int, index: Int,
    _ weights: borrowing KerasWeights
  ) throws(ImportError) -> WeightTensor? {
    guard isUsed else { return nil }
    return try weights.tensor(index, of: layer, shape: [count])
  }

  private func batchNormalization(
    _ layer: KerasLayer, _ parameters: KerasBatchNormalization, _ input: TensorShape,
    _ weights: borrowing KerasWeights
  ) throws(ImportError) -> BatchNormalization<WeightTensor> {
    let stored = [
      parameters.scales ? "gamma" : nil, parameters.centers ? "beta" : nil, "moving_mean",
      "moving_variance",
    ].compactMap(\.self)
    var tensors = [
      // What Keras computes with where it stores none.
      "gamma": constant(1, input.channels), "beta": constant(0, input.channels),
    ]
    for (index, name) in stored.enumerated() {
      tensors[name] = try weights.tensor(index, of: layer, shape: [input.channels])
    }
    guard tensors["moving_variance"]!.values().allSatisfy({ $0 + parameters.epsilon > 0 }) else {
      throw ImportError(
        .nonFiniteWeights, "layer '\(layer.name)': its moving variance is negative")
    }
    return BatchNormalization(
      gamma: tensors["gamma"]!, beta: tensors["beta"]!, mean: tensors["moving_mean"]!,
      variance: tensors["moving_variance"]!, epsilon: parameters.epsilon)
  }

  private func constant(_ value: Float, _ count: Int) -> WeightTensor {
    WeightTensor(shape: [count], values: [Float](repeating: value, count: count))
  }
}
