import PneumoModel

extension Architecture {
  /// The graph of this network with the weights that `weights` answers: `kernel`, `bias`, `gamma`,
  /// `beta`, `moving_mean` or `moving_variance` of a layer, of the shape that it is asked for.
  package func graph(
    weights: (_ layer: String, _ weight: String, _ shape: [Int]) throws(CheckpointError) ->
      WeightTensor
  ) throws(CheckpointError) -> Graph {
    var nodes: [Graph.Node] = []
    var shapes = [inputShape]
    var values = [Self.inputName: 0]
    for layer in layers {
      guard values[layer.name] == nil else {
        throw CheckpointError(
          .invalidArchitecture, "two layers are called '\(layer.name)'; names must differ")
      }
      var inputs: [Int] = []
      for name in layer.inputs {
        guard let value = values[name] else {
          throw CheckpointError(
            .invalidArchitecture,
            "layer '\(layer.name)' reads '\(name)', which is no layer before it; expected one of "
              + values.keys.sorted().joined(separator: ", "))
        }
        inputs.append(value)
      }
      if inputs.isEmpty { inputs = [nodes.count] }
      do throws(CheckpointError) {
        let operation = try layer.kind.operation(
          input: shapes[inputs[0]]
        ) { name, shape throws(CheckpointError) in
          try weights(layer.name, name, shape)
        }
        nodes.append(Graph.Node(name: layer.name, operation: operation, inputs: inputs))
        do throws(ModelError) {
          shapes.append(try operation.outputShape(of: inputs.map { shapes[$0] }))
        } catch {
          throw CheckpointError(.invalidArchitecture, error.description)
        }
      } catch {
        guard error.kind == .invalidArchitecture else { throw error }
        throw CheckpointError(
          .invalidArchitecture, "layer '\(layer.name)': \(error.reason)")
      }
      values[layer.name] = nodes.count
    }
    do throws(ModelError) {
      return try Graph(inputShape: inputShape, nodes: nodes)
    } catch {
      throw CheckpointError(.invalidArchitecture, error.description)
    }
  }

  /// Each weight's layer, name and shape, in the order of the layers.
  package func weightShapes() throws(CheckpointError) -> [(
    layer: String, weight: String, shape: [Int]
  )] {
    var result: [(layer: String, weight: String, shape: [Int])] = []
    _ = try graph { layer, weight, shape throws(CheckpointError) in
      result.append((layer, weight, shape))
      return WeightTensor(shape: shape, values: [Float](repeating: 1, count: shape.reduce(1, *)))
    }
    return result
  }
}

extension Architecture.Kind {
  /// The most numbers of a weight that are made for a declared layer.
  private static let maximumWeight = 1 << 26

  /// The layer with weights, for what it reads first.
  fileprivate func operation(
    input: TensorShape,
    weights: (_ weight: String, _ shape: [Int]) throws(CheckpointError) -> WeightTensor
  ) throws(CheckpointError) -> Operation {
    func weight(_ name: String, _ shape: [Int]) throws(CheckpointError) -> WeightTensor {
      var count = 1
      for extent in shape {
        guard extent > 0, count <= Self.maximumWeight / extent else {
          throw CheckpointError(
            .invalidArchitecture,
            "its \(name) would have the shape \(shape); at most \(Self.maximumWeight) numbers, and "
              + "no axis of 0, are accepted")
        }
        count *= extent
      }
      return try weights(name, shape)
    }
    func channels() throws(CheckpointError) -> Int {
      guard case .image(_, _, let channels) = input else {
        throw CheckpointError(.invalidArchitecture, "reads a vector, expected an image")
      }
      return channels
    }
    switch self {
    case .convolution(
      let filters, let kernel, let stride, let padding, let dilation, let groups,
      let activation, let hasBias):
      let channels = try channels()
      guard groups > 0, channels % groups == 0, filters % groups == 0 else {
        throw CheckpointError(
          .invalidArchitecture,
          "\(groups) groups must divide both its \(channels) input channels and \(filters) filters")
      }
      return .convolution(
        Convolution(
          kernel: try weight(
            "kernel", [kernel.height, kernel.width, channels / groups, filters]),
          bias: hasBias ? try weight("bias", [filters]) : nil, stride: stride, padding: padding,
          dilation: dilation, groups: groups, activation: activation))
    case .depthwiseConvolution(
      let kernel, let stride, let padding, let dilation, let activation, let hasBias):
      let channels = try channels()
      return .convolution(
        Convolution(
          kernel: try weight("kernel", [kernel.height, kernel.width, 1, channels]),
          bias: hasBias ? try weight("bias", [channels]) : nil, stride: stride, padding: padding,
          dilation: dilation, groups: channels, activation: activation))
    case .dense(let units, let activation, let hasBias):
      guard case .vector(let inputs) = input else {
        throw CheckpointError(
          .invalidArchitecture, "reads an image, expected a vector: put a flatten before it")
      }
      return .dense(
        Dense(
          kernel: try weight("kernel", [inputs, units]),
          bias: hasBias ? try weight("bias", [units]) : nil, activation: activation))
    case .batchNormalization(let epsilon, _):
      let shape = [input.channels]
      return .batchNormalization(
        BatchNormalization(
          gamma: try weight("gamma", shape), beta: try weight("beta", shape),
          mean: try weight("moving_mean", shape), variance: try weight("moving_variance", shape),
          epsilon: epsilon))
    case .pooling(let pooling): return .pooling(pooling)
    case .globalPooling(let kind): return .globalPooling(kind)
    case .activation(let activation): return .activation(activation)
    case .add: return .add
    case .concatenate: return .concatenate
    case .flatten: return .flatten(.heightWidthChannels)
    case .zeroPadding(let insets): return .zeroPadding(insets)
    case .dropout(let rate): return .dropout(rate: rate)
    }
  }
}
