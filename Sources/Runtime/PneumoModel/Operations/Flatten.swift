/// The order in which an image becomes a vector.
public enum FlattenOrder: UInt8, Hashable, Sendable, CaseIterable {
  /// Keras, TensorFlow.
  case heightWidthChannels = 0
  /// PyTorch, ONNX.
  case channelsHeightWidth = 1
}

extension FlattenOrder: FieldChoice {
  package static var fieldName: String { "order of flattening" }
  package var formatVersion: Int { 1 }

  /// The axes in their order.
  public var description: String {
    switch self {
    case .heightWidthChannels: "heightWidthChannels"
    case .channelsHeightWidth: "channelsHeightWidth"
    }
  }
}

/// All elements of an image as a vector.
public struct Flatten: Hashable, Sendable {
  /// How the elements follow each other.
  public var order: FlattenOrder

  /// A layer of this order.
  public init(_ order: FlattenOrder) { self.order = order }
}

extension LayerOperation {
  /// All elements of an image as a vector.
  public static func flatten(_ order: FlattenOrder) -> Self { .flatten(Flatten(order)) }
}

extension Flatten: Layer {
  package static var code: UInt8 { 9 }
  package static var formatVersion: Int { 1 }
  package static var inputCounts: ClosedRange<Int> { 1...1 }
  package static var types: [String] { ["flatten"] }
  package var name: String { "Flatten" }
  package var resamplesPixels: Bool { true }

  package mutating func visit<Visitor: FieldVisitor>(
    _ fields: inout Visitor
  ) throws(Visitor.Failure) {
    try fields.choice(&order, nil)
  }

  package func outputShape(of inputs: [TensorShape]) -> TensorShape { .vector(inputs[0].count) }
}
