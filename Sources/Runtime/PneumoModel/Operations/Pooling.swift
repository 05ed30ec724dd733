/// What pooling makes of a window.
public enum PoolingKind: UInt8, Hashable, Sendable, CaseIterable {
  case max = 0
  case average = 1
}

extension PoolingKind: FieldChoice {
  package static var fieldName: String { "kind of pooling" }
  package var formatVersion: Int { 1 }

  /// What architectures in JSON call it.
  public var description: String {
    switch self {
    case .max: "max"
    case .average: "average"
    }
  }

  /// What summaries print before `Pooling`.
  var nameOfLayer: String {
    switch self {
    case .max: "Max"
    case .average: "Average"
    }
  }
}

/// Maximum or mean over windows of each channel. Padding never counts as a maximum.
public struct Pooling: Hashable, Sendable {
  /// Maximum or mean.
  public var kind: PoolingKind
  /// Rows and columns of a window.
  public var window: Extent
  /// Input rows and columns from an output to the next.
  public var stride: Extent
  /// How windows meet the border of the image.
  public var padding: Padding
  /// Whether a mean divides by the whole window (PyTorch's default) or by what of it lies inside
  /// the image (Keras).
  public var countsPadding: Bool

  /// A layer of these parameters.
  public init(
    _ kind: PoolingKind, window: Extent, stride: Extent, padding: Padding = .valid,
    countsPadding: Bool = false
  ) {
    self.kind = kind
    self.window = window
    self.stride = stride
    self.padding = padding
    self.countsPadding = countsPadding
  }

  /// Rows and columns of padding around an image of `size`.
  package func insets(of size: Extent) -> Insets {
    padding.insets(of: size, window: window, stride: stride, dilation: Extent(1))
  }
}

extension Pooling: Layer {
  package static var code: UInt8 { 3 }
  package static var formatVersion: Int { 1 }
  package static var inputCounts: ClosedRange<Int> { 1...1 }
  package static var types: [String] { ["pooling"] }
  package var name: String { "\(kind.nameOfLayer)Pooling" }
  package var resamplesPixels: Bool { true }

  package mutating func visit<Visitor: FieldVisitor>(
    _ fields: inout Visitor
  ) throws(Visitor.Failure) {
    try fields.choice(&kind, "kind")
    try fields.extent(&window, "window", default: nil)
    try fields.extent(&stride, "stride", default: window)
    try fields.padding(&padding, "padding")
    try fields.flag(&countsPadding, "counts_padding", default: false)
  }

  package func outputShape(of inputs: [TensorShape]) throws(ModelError) -> TensorShape {
    let (size, channels) = try inputs[0].image(for: name)
    let output = try padding.outputSize(
      of: size, channels: channels, window: window, stride: stride, dilation: Extent(1))
    let insets = insets(of: size)
    // Otherwise a window could lie in the padding alone, and its maximum would be undefined.
    guard max(insets.top, insets.bottom) < window.height,
      max(insets.left, insets.right) < window.width
    else {
      throw ModelError(
        .invalidParameter, "padding must be smaller than the pooling window of \(window)")
    }
    return .image(height: output.height, width: output.width, channels: channels)
  }
}
