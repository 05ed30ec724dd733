/// Elements dropped at random in training; passes its input on at inference.
public struct Dropout: Hashable, Sendable {
  /// The probability that an element is dropped, of 0..<1.
  public var rate: Float

  /// A layer of this rate.
  public init(rate: Float) { self.rate = rate }
}

extension LayerOperation {
  /// Elements dropped at random in training.
  public static func dropout(rate: Float) -> Self { .dropout(Dropout(rate: rate)) }
}

extension Dropout: Layer {
  package static var code: UInt8 { 11 }
  package static var formatVersion: Int { 1 }
  package static var inputCounts: ClosedRange<Int> { 1...1 }
  package static var types: [String] { ["dropout"] }
  package var name: String { "Dropout" }
  package var resamplesPixels: Bool { false }

  package mutating func visit<Visitor: FieldVisitor>(
    _ fields: inout Visitor
  ) throws(Visitor.Failure) {
    try fields.number(&rate, "rate", default: nil)
  }

  package func outputShape(of inputs: [TensorShape]) throws(ModelError) -> TensorShape {
    guard rate >= 0, rate < 1 else {
      throw ModelError(.invalidParameter, "the dropout rate is \(rate), expected 0..<1")
    }
    return inputs[0]
  }
}
