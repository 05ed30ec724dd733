/// The elementwise product of two inputs of one shape, or of an image and one factor a channel: an
/// image of one pixel or a vector, as in squeeze-and-excitation (Hu et al. 2018).
public struct Multiplication: Hashable, Sendable {
  /// A product.
  public init() {}
}

extension LayerOperation {
  /// The elementwise product of two inputs; see ``Multiplication``.
  public static var multiply: Self { .multiply(Multiplication()) }
}

extension Multiplication: Layer {
  package static var code: UInt8 { 12 }
  package static var formatVersion: Int { 3 }
  package static var inputCounts: ClosedRange<Int> { 2...2 }
  package static var types: [String] { ["multiply"] }
  package var name: String { "Multiply" }
  package var resamplesPixels: Bool { false }

  package func outputShape(of inputs: [TensorShape]) throws(ModelError) -> TensorShape {
    let (first, second) = (inputs[0], inputs[1])
    if first == second || first.isImage(scaledBy: second) { return first }
    if second.isImage(scaledBy: first) { return second }
    throw ModelError(
      .shapeMismatch,
      "two inputs of one shape are needed, or an image and one factor for each of its channels "
        + "(1×1×channels, or a vector), found \(inputs.list)")
  }
}

extension TensorShape {
  /// Whether this is an image and `factors` has one element for each of its channels.
  fileprivate func isImage(scaledBy factors: TensorShape) -> Bool {
    guard case .image(_, _, let channels) = self else { return false }
    return factors.count == channels && factors.channels == channels
  }
}
