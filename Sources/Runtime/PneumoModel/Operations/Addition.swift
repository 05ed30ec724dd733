/// The sum of two or more inputs of one shape.
public struct Addition: Hashable, Sendable {
  /// A sum.
  public init() {}
}

extension LayerOperation {
  /// The sum of two or more inputs of one shape.
  public static var add: Self { .add(Addition()) }
}

extension Addition: Layer {
  package static var code: UInt8 { 7 }
  package static var formatVersion: Int { 1 }
  package static var inputCounts: ClosedRange<Int> { 2...Limits.inputs }
  package static var types: [String] { ["add"] }
  package var name: String { "Add" }
  package var resamplesPixels: Bool { false }

  package func outputShape(of inputs: [TensorShape]) throws(ModelError) -> TensorShape {
    guard inputs.allSatisfy({ $0 == inputs[0] }) else {
      throw ModelError(
        .shapeMismatch, "inputs of one shape are needed, found \(inputs.list)")
    }
    return inputs[0]
  }
}
