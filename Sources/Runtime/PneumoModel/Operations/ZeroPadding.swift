/// A border of zeros around an image.
public struct ZeroPadding: Hashable, Sendable {
  /// Rows and columns of zeros at each side.
  public var insets: Insets

  /// A border of this size.
  public init(_ insets: Insets) { self.insets = insets }
}

extension LayerOperation {
  /// A border of zeros around an image.
  public static func zeroPadding(_ insets: Insets) -> Self { .zeroPadding(ZeroPadding(insets)) }
}

extension ZeroPadding: Layer {
  package static var code: UInt8 { 10 }
  package static var formatVersion: Int { 1 }
  package static var inputCounts: ClosedRange<Int> { 1...1 }
  package static var types: [String] { ["zero_padding"] }
  package var name: String { "ZeroPadding" }
  package var resamplesPixels: Bool { true }

  package mutating func visit<Visitor: FieldVisitor>(
    _ fields: inout Visitor
  ) throws(Visitor.Failure) {
    try fields.insets(&insets, "insets")
  }

  package func outputShape(of inputs: [TensorShape]) throws(ModelError) -> TensorShape {
    let (size, channels) = try inputs[0].image(for: name)
    try insets.check()
    return .image(
      height: size.height + insets.top + insets.bottom,
      width: size.width + insets.left + insets.right, channels: channels)
  }
}
