/// The shape of what flows between layers, for one image of a batch.
public enum TensorShape: Hashable, Sendable, CustomStringConvertible {
  /// Feature maps, stored as rows of pixels of channels (NHWC).
  case image(height: Int, width: Int, channels: Int)
  case vector(Int)

  /// Number of elements.
  public var count: Int {
    switch self {
    case .image(let height, let width, let channels): height * width * channels
    case .vector(let count): count
    }
  }

  /// Extent of the last axis: channels of an image, elements of a vector.
  public var channels: Int {
    switch self {
    case .image(_, _, let channels): channels
    case .vector(let count): count
    }
  }

  /// The extent of each axis.
  public var dimensions: [Int] {
    switch self {
    case .image(let height, let width, let channels): [height, width, channels]
    case .vector(let count): [count]
    }
  }

  /// The extents, as in `150×150×3`.
  public var description: String { dimensions.map(String.init).joined(separator: "×") }
}
