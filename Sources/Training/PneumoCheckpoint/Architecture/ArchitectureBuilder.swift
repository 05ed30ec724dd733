import PneumoModel

/// Declares a network layer by layer. Layers read the one before, or those whose names are given.
package struct ArchitectureBuilder {
  private let inputShape: TensorShape
  private var nodes: [Architecture.Node] = []
  private var shapes: [TensorShape]
  /// The values of the network, by the names of the layers.
  private var values = [Architecture.inputName: 0]

  package init(inputShape: TensorShape) {
    self.inputShape = inputShape
    shapes = [inputShape]
  }

  /// The network; the last layer is its output.
  package func architecture() throws(CheckpointError) -> Architecture {
    do throws(ModelError) {
      return try Architecture(inputShape: inputShape, nodes: nodes)
    } catch {
      throw CheckpointError(.invalidArchitecture, error.description)
    }
  }

  // MARK: Layers

  /// A square convolution.
  package mutating func convolution(
    _ name: String, filters: Int, kernel size: Int, stride: Int = 1, padding: Padding = .valid,
    activation: Activation? = nil, hasBias: Bool = true, l2: Float = 0, inputs: [String] = []
  ) throws(CheckpointError) {
    try append(name, inputs: inputs) { shapes in
      .convolution(
        Convolution(
          kernel: .kernel([size, size, shapes[0].channels, filters], penalty: l2),
          bias: hasBias ? .bias(filters) : nil, stride: Extent(stride), padding: padding,
          activation: activation))
    }
  }

  /// A dense layer.
  package mutating func dense(
    _ name: String, units: Int, activation: Activation? = nil, l2: Float = 0,
    inputs: [String] = []
  ) throws(CheckpointError) {
    try append(name, inputs: inputs) { shapes in
      .dense(
        Dense(
          kernel: .kernel([shapes[0].count, units], penalty: l2), bias: .bias(units),
          activation: activation))
    }
  }

  /// A batch normalization.
  package mutating func batchNormalization(
    _ name: String, epsilon: Float = 1e-3, momentum: Float = 0.99, inputs: [String] = []
  ) throws(CheckpointError) {
    try append(name, inputs: inputs) { shapes in
      let shape = [shapes[0].channels]
      let average = WeightSpec.Learning.movingAverage(momentum: momentum)
      return .batchNormalization(
        BatchNormalization(
          gamma: WeightSpec(shape: shape, initializer: .constant(1)),
          beta: WeightSpec(shape: shape, initializer: .constant(0)),
          mean: WeightSpec(shape: shape, initializer: .constant(0), learning: average),
          variance: WeightSpec(shape: shape, initializer: .constant(1), learning: average),
          epsilon: epsilon))
    }
  }

  /// A maximum over windows that do not overlap.
  package mutating func maxPooling(
    _ name: String, _ size: Int, inputs: [String] = []
  ) throws(CheckpointError) {
    try append(
      name, .pooling(Pooling(.max, window: Extent(size), stride: Extent(size))), inputs: inputs)
  }

  /// The last layer of a classifier: one sigmoid for two classes, softmax for more.
  package mutating func classifier(_ name: String, classes: Int) throws(CheckpointError) {
    try dense(
      name, units: classes == 2 ? 1 : classes, activation: classes == 2 ? .sigmoid : .softmax)
  }

  /// Any other layer.
  package mutating func append(
    _ name: String, _ operation: LayerOperation<WeightSpec>, inputs: [String] = []
  ) throws(CheckpointError) {
    try append(name, inputs: inputs) { _ in operation }
  }

  /// The layer that `make` returns for the shapes that it reads.
  package mutating func append(
    _ name: String, inputs names: [String],
    _ make: ([TensorShape]) throws(CheckpointError) -> LayerOperation<WeightSpec>
  ) throws(CheckpointError) {
    guard values[name] == nil else {
      throw CheckpointError(
        .invalidArchitecture, "two layers are called '\(name)'; names must differ")
    }
    let inputs = try numbers(of: names, for: name)
    let read = inputs.map { shapes[$0] }
    let operation = try make(read)
    do throws(ModelError) {
      shapes.append(try operation.outputShape(of: read))
      nodes.append(Architecture.Node(name: name, operation: operation, inputs: inputs))
      values[name] = nodes.count
    } catch {
      throw CheckpointError(.invalidArchitecture, "layer '\(name)': \(error.reason)")
    }
  }

  /// The values that a layer reads.
  private func numbers(
    of names: [String], for layer: String
  ) throws(CheckpointError) -> [Int] {
    if names.isEmpty { return [nodes.count] }
    var numbers: [Int] = []
    for name in names {
      guard let number = values[name] else {
        throw CheckpointError(
          .invalidArchitecture,
          "layer '\(layer)' reads '\(name)', which is no layer before it; expected one of "
            + values.keys.sorted().joined(separator: ", "))
      }
      numbers.append(number)
    }
    return numbers
  }
}
