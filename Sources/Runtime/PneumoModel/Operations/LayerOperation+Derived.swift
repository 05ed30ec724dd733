// What follows from the description of an operation.

extension LayerOperation {
  /// The name that summaries print.
  public var name: String { layer.name }

  /// All weights of the layer with their names, in the order of the file.
  public var weights: [(name: String, tensor: Weight)] {
    var weights: [(name: String, tensor: Weight)] = []
    _ = mapWeights { name, weight in
      weights.append((name, weight))
      return weight
    }
    return weights
  }

  /// Number of parameters: the elements of all weights.
  public var parameterCount: Int {
    weights.reduce(0) { $0 + $1.tensor.shape.reduce(1, *) }
  }

  /// The shape of the output for inputs of the given shapes.
  ///
  /// Checks all parameters and the shapes of all weights.
  package func outputShape(of inputs: [TensorShape]) throws(ModelError) -> TensorShape {
    let layer = layer
    let counts = type(of: layer).inputCounts
    guard counts.contains(inputs.count) else {
      let range =
        counts.count == 1
        ? "\(counts.lowerBound)" : "\(counts.lowerBound) to \(counts.upperBound)"
      let expected = counts == 1...1 ? "one input" : "\(range) inputs"
      throw ModelError(
        .wrongInputCount, "\(name) takes \(expected), found \(inputs.count)")
    }
    return try layer.outputShape(of: inputs)
  }

  /// The activation that the layer is or ends with.
  package var activation: Activation? {
    if case .activation(let activation) = self { return activation }
    return (layer as? any LinearLayer)?.activation
  }
}

/// A layer that multiplies its input by a kernel: what a normalization can be folded into, and an
/// activation fused with.
package protocol LinearLayer<Weight> {
  associatedtype Weight: LayerWeight
  /// The last axis counts outputs, the last but one the inputs of a group.
  var kernel: Weight { get set }
  /// One element an output.
  var bias: Weight? { get set }
  /// What is applied to the sums; `nil` is the identity.
  var activation: Activation? { get set }
  /// Inputs and outputs are split into this many independent products.
  var groups: Int { get }
  /// Whether an input of this shape gets a border of zeros.
  func pads(_ input: TensorShape) -> Bool
  /// This layer as an operation.
  var operation: LayerOperation<Weight> { get }
}

extension Convolution: LinearLayer {
  package var operation: LayerOperation<Weight> { .convolution(self) }

  package func pads(_ input: TensorShape) -> Bool {
    guard case .image(let height, let width, _) = input else { return true }
    return insets(of: Extent(height: height, width: width)) != .zero
  }
}

extension Dense: LinearLayer {
  package var operation: LayerOperation<Weight> { .dense(self) }
  package var groups: Int { 1 }
  package func pads(_ input: TensorShape) -> Bool { false }
}

extension Operation {
  /// The layer, where it multiplies its input by a kernel.
  var linear: (any LinearLayer<WeightTensor>)? { layer as? any LinearLayer<WeightTensor> }
}
