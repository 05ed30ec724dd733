/// Two or more inputs, joined along channels.
public struct Concatenation: Hashable, Sendable {
  /// A concatenation.
  public init() {}
}

extension LayerOperation {
  /// Two or more inputs, joined along channels.
  public static var concatenate: Self { .concatenate(Concatenation()) }
}

extension Concatenation: Layer {
  package static var code: UInt8 { 8 }
  package static var formatVersion: Int { 1 }
  package static var inputCounts: ClosedRange<Int> { 2...Limits.inputs }
  package static var types: [String] { ["concatenate"] }
  package var name: String { "Concatenate" }
  package var resamplesPixels: Bool { false }

  package func outputShape(of inputs: [TensorShape]) throws(ModelError) -> TensorShape {
    // Each extent is at most `Limits.axis`, so the sum of 64 does not overflow.
    let channels = inputs.reduce(0) { $0 + $1.channels }
    let leading = inputs.map { $0.dimensions.dropLast() }
    guard leading.allSatisfy({ $0 == leading[0] }) else {
      throw ModelError(
        .shapeMismatch, "inputs may differ in channels only, found \(inputs.list)")
    }
    switch inputs[0] {
    case .image(let height, let width, _):
      return .image(height: height, width: width, channels: channels)
    case .vector: return .vector(channels)
    }
  }
}
