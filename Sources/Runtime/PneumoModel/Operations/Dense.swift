/// A fully connected layer: `activation(x · kernel + bias)`.
public struct Dense<Weight: LayerWeight>: Equatable, Sendable {
  /// Shape (inputs, outputs).
  public var kernel: Weight
  /// Shape (outputs).
  public var bias: Weight?
  /// `nil` is the identity.
  public var activation: Activation?

  /// A dense layer.
  public init(kernel: Weight, bias: Weight? = nil, activation: Activation? = nil) {
    self.kernel = kernel
    self.bias = bias
    self.activation = activation
  }

  /// The same layer with what `transform` makes of each weight.
  func mapWeights<New: LayerWeight, Failure: Error>(
    _ transform: (_ name: String, Weight) throws(Failure) -> New
  ) throws(Failure) -> Dense<New> {
    let kernel = try transform("kernel", kernel)
    var newBias: New?
    if let bias { newBias = try transform("bias", bias) }
    return Dense<New>(kernel: kernel, bias: newBias, activation: activation)
  }
}

extension Dense: Hashable where Weight: Hashable {}

extension Dense: Layer {
  package static var code: UInt8 { 2 }
  package static var formatVersion: Int { 1 }
  package static var inputCounts: ClosedRange<Int> { 1...1 }
  package static var types: [String] { ["dense"] }
  package var name: String { "Dense" }
  package var resamplesPixels: Bool { false }

  package mutating func visit<Visitor: FieldVisitor>(
    _ fields: inout Visitor
  ) throws(Visitor.Failure) where Visitor.Weight == Weight {
    var units = kernel.shape.last ?? 0
    try fields.size(&units, "units")
    try fields.activation(&activation, "activation")
    try fields.kernel(
      &kernel, bias: &bias, shape: [fields.channels(or: kernel.shape.first), units])
  }

  package func outputShape(of inputs: [TensorShape]) throws(ModelError) -> TensorShape {
    guard case .vector(let count) = inputs[0] else {
      throw ModelError(
        .shapeMismatch,
        "Dense needs a vector, found an image of \(inputs[0]): put a flatten or a global pooling "
          + "before it")
    }
    guard kernel.shape.count == 2, kernel.shape[0] == count, kernel.shape[1] > 0 else {
      throw ModelError(
        .shapeMismatch,
        "a kernel of shape (\(count), outputs) is needed, found \(kernel.shape)")
    }
    try checkBias(bias, count: kernel.shape[1])
    return .vector(kernel.shape[1])
  }
}
