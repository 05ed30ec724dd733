/// The description of an operation, in one file each. ``LayerOperation`` lists them all.
package protocol Layer: Sendable {
  /// What a `.pnm` file calls the operation.
  static var code: UInt8 { get }
  /// The first version of the `.pnm` format that has the operation.
  static var formatVersion: Int { get }
  /// How many inputs the layer takes.
  static var inputCounts: ClosedRange<Int> { get }
  /// What architectures in JSON call the operation, and its special cases.
  static var types: [String] { get }
  /// Which of ``types`` the layer is.
  var type: String { get }
  /// The name that summaries print.
  var name: String { get }
  /// Whether the layer moves or merges pixels without weights of its own, as pooling does.
  var resamplesPixels: Bool { get }
  /// The shape of the output for as many inputs as ``inputCounts`` allows; checks all parameters and
  /// the shapes of all weights.
  func outputShape(of inputs: [TensorShape]) throws(ModelError) -> TensorShape
}

extension Layer {
  package var type: String { Self.types[0] }
}

/// A weight of a layer: its values, or what they are yet to be drawn from.
public protocol LayerWeight: Equatable, Sendable {
  /// The extent of each axis.
  var shape: [Int] { get }
  /// What stands in the place of a weight before it is read.
  static var empty: Self { get }
}

extension WeightTensor: LayerWeight {
  /// No elements.
  public static var empty: WeightTensor { WeightTensor(shape: [0], values: []) }
}

extension TensorShape {
  /// Size and channels of an image; a vector is an error of the layer `name`.
  func image(for name: String) throws(ModelError) -> (size: Extent, channels: Int) {
    guard case .image(let height, let width, let channels) = self else {
      throw ModelError(.shapeMismatch, "\(name) needs an image, found a vector of \(count)")
    }
    return (Extent(height: height, width: width), channels)
  }
}

extension [TensorShape] {
  /// All shapes, for messages.
  var list: String { map(\.description).joined(separator: ", ") }
}

/// Checks that a layer's bias has one element an output.
func checkBias(_ bias: (some LayerWeight)?, count: Int) throws(ModelError) {
  guard let bias, bias.shape != [count] else { return }
  throw ModelError(.shapeMismatch, "a bias of shape [\(count)] is needed, found \(bias.shape)")
}
