/// A function of each element, or of each pixel. As a layer, or at the end of one.
public enum Activation: UInt8, Hashable, Sendable, CaseIterable {
  case relu = 1
  /// `min(max(x, 0), 6)`
  case relu6 = 2
  case sigmoid = 3
  /// Over channels.
  case softmax = 4
  case tanh = 5
  /// `x * sigmoid(x)`
  case swish = 6
  /// `x * min(max(x + 3, 0), 6) / 6`
  case hardSwish = 7
}

extension Activation {
  /// The limits that this activation clamps to, `nil` where it is none that clamps.
  package var clampLimits: (low: Float, high: Float)? {
    switch self {
    case .relu: (0, .infinity)
    case .relu6: (0, 6)
    case .sigmoid, .softmax, .tanh, .swish, .hardSwish: nil
    }
  }
}

extension Activation: FieldChoice {
  package static var fieldName: String { "activation" }

  /// What summaries print, and what architectures in JSON call it.
  public var description: String {
    switch self {
    case .relu: "relu"
    case .relu6: "relu6"
    case .sigmoid: "sigmoid"
    case .softmax: "softmax"
    case .tanh: "tanh"
    case .swish: "swish"
    case .hardSwish: "hard_swish"
    }
  }

  package var formatVersion: Int {
    switch self {
    case .relu, .relu6, .sigmoid, .softmax, .tanh, .swish: 1
    case .hardSwish: 3
    }
  }
}

extension Activation: Layer {
  package static var code: UInt8 { 6 }
  package static var formatVersion: Int { 1 }
  package static var inputCounts: ClosedRange<Int> { 1...1 }
  package static var types: [String] { ["activation"] }
  package var name: String { "Activation" }
  package var resamplesPixels: Bool { false }

  package mutating func visit<Visitor: FieldVisitor>(
    _ fields: inout Visitor
  ) throws(Visitor.Failure) {
    try fields.choice(&self, "function")
  }

  package func outputShape(of inputs: [TensorShape]) -> TensorShape { inputs[0] }
}
