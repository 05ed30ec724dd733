/// Maximum or mean of each channel over the whole image: a vector of channels.
public struct GlobalPooling: Hashable, Sendable {
  /// Maximum or mean.
  public var kind: PoolingKind

  /// A layer of this kind.
  public init(_ kind: PoolingKind) { self.kind = kind }
}

extension LayerOperation {
  /// Pooling over the whole image.
  public static func globalPooling(_ kind: PoolingKind) -> Self {
    .globalPooling(GlobalPooling(kind))
  }
}

extension GlobalPooling: Layer {
  package static var code: UInt8 { 4 }
  package static var formatVersion: Int { 1 }
  package static var inputCounts: ClosedRange<Int> { 1...1 }
  package static var types: [String] { ["global_pooling"] }
  package var name: String { "Global\(kind.nameOfLayer)Pooling" }
  package var resamplesPixels: Bool { true }

  package mutating func visit<Visitor: FieldVisitor>(
    _ fields: inout Visitor
  ) throws(Visitor.Failure) {
    try fields.choice(&kind, "kind")
  }

  package func outputShape(of inputs: [TensorShape]) throws(ModelError) -> TensorShape {
    .vector(try inputs[0].image(for: name).channels)
  }
}
