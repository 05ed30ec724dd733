/// What a model may ask for. Every count in a file is held against these before it is used.
public enum Limits {
  /// Bytes of a model file.
  public static let fileSize = 1 << 31
  /// Entries of the section table.
  public static let sections = 16
  /// Bytes of all weights with their padding. Leaves room for all else in ``fileSize``.
  public static let weightBytes = 1 << 30
  /// Layers of a graph.
  public static let layers = 4096
  /// Inputs of one layer.
  public static let inputs = 64
  /// Extent of one axis of an activation or weight.
  public static let axis = 1 << 24
  /// Axes of one weight.
  public static let rank = 4
  /// Scalars of one activation or weight.
  public static let elements = 1 << 28
  /// Extent of a window, stride, dilation or padding.
  public static let window = 1 << 12
  /// UTF-8 bytes of the name of a layer, label or metric.
  public static let name = 1 << 10
  /// UTF-8 bytes of one text of a model card.
  public static let text = 1 << 16
  /// Labels of a model.
  public static let labels = 1 << 16
  /// Rows and columns that an image is resized to.
  public static let imageSide = 1 << 13
  /// Entries of a model card's metrics.
  public static let metrics = 256

  /// Hashes of training images, and of validation images.
  public static let images = 1 << 24

  /// How many elements `shape` has, or `nil` where an axis or their product exceeds a limit.
  static func count(of shape: [Int]) -> Int? {
    var count = 1
    for extent in shape {
      guard (1...axis).contains(extent), count <= elements / extent else { return nil }
      count *= extent
    }
    return count
  }

  /// Why ``count(of:)`` refuses the shape of `what`.
  static func reason(against shape: [Int], of what: String) -> String {
    "\(what) has the shape \(shape.map(String.init).joined(separator: "×")); each axis must be "
      + "1 to \(axis), all together at most \(elements) elements"
  }

  /// Checks a name of at most ``name`` bytes, which a terminal may print as it is, on one line.
  static func check(name text: String, _ what: String) throws(ModelError) {
    try check(text, what, limit: name, accepted: [])
  }

  /// Checks a text of at most ``text`` bytes, which a terminal may print as it is.
  static func check(text: String, _ what: String) throws(ModelError) {
    try check(text, what, limit: Self.text, accepted: ["\t", "\n"])
  }

  private static func check(
    _ text: String, _ what: String, limit: Int, accepted: Set<Unicode.Scalar>
  ) throws(ModelError) {
    guard text.utf8.count <= limit else {
      throw ModelError(
        .limitExceeded, "the \(what) has \(text.utf8.count) bytes; at most \(limit) are accepted")
    }
    let control = text.unicodeScalars.first {
      $0.properties.generalCategory == .control && !accepted.contains($0)
    }
    if let control {
      throw ModelError(
        .invalidText,
        "the \(what) contains the control character U+\(String(control.value, radix: 16))"
          + (accepted.isEmpty ? "" : "; only tab and newline are accepted"))
    }
  }
}
