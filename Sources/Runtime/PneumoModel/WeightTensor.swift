import PneumoSystem

/// How a weight is stored.
public enum ScalarType: UInt8, Hashable, Sendable, CaseIterable {
  case float32 = 0
  case float16 = 1

  /// Bytes of one scalar.
  public var byteCount: Int {
    switch self {
    case .float32: 4
    case .float16: 2
    }
  }

  /// The name that tools print and accept.
  public var name: String {
    switch self {
    case .float32: "f32"
    case .float16: "f16"
    }
  }
}

/// A weight of one layer: a shape, and little-endian scalars in row-major order.
///
/// The scalars are a range of shared bytes, usually of the mapped model file.
public struct WeightTensor: Sendable {
  /// The extent of each axis.
  public let shape: [Int]
  /// How the scalars are stored.
  public let scalarType: ScalarType
  private let bytes: SharedBytes
  private let offset: Int

  /// The scalars that stand in `bytes` from `offset` on, which must hold all of them.
  init(shape: [Int], scalarType: ScalarType, bytes: SharedBytes, offset: Int) {
    precondition(offset >= 0 && offset % scalarType.byteCount == 0)
    precondition(offset + shape.reduce(1, *) * scalarType.byteCount <= bytes.count)
    self.shape = shape
    self.scalarType = scalarType
    self.bytes = bytes
    self.offset = offset
  }

  /// A tensor of `values`, as many as `shape` says, in row-major order.
  public init(shape: [Int], values: [Float]) {
    precondition(values.count == shape.reduce(1, *), "as many values as the shape says")
    let raw = values.withUnsafeBytes { Array($0) }
    self.init(shape: shape, scalarType: .float32, bytes: SharedBytes(copying: raw), offset: 0)
  }

  /// Number of scalars.
  public var count: Int { shape.reduce(1, *) }

  var byteCount: Int { count * scalarType.byteCount }

  /// The stored scalars as they stand in the file.
  public func withUnsafeBytes<Result: ~Copyable, Failure: Error>(
    _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try bytes.withUnsafeBytes { (all: UnsafeRawBufferPointer) throws(Failure) -> Result in
      // SAFETY: `init` checked that the range lies inside `bytes`.
      try body(
        UnsafeRawBufferPointer(rebasing: all[offset..<offset + byteCount]))
    }
  }

  /// The scalars as `Float`, widened where they are stored as half precision.
  public func values() -> [Float] {
    withUnsafeBytes { raw in
      switch scalarType {
      case .float32: Array(raw.bindMemory(to: Float.self))
      case .float16: raw.bindMemory(to: Float16.self).map(Float.init)
      }
    }
  }

  /// Whether no scalar is NaN or infinite.
  var isFinite: Bool {
    withUnsafeBytes { raw in
      // Without the sign, infinity is the least of what is not finite; a maximum vectorizes.
      switch scalarType {
      case .float32:
        raw.bindMemory(to: UInt32.self).reduce(0) { max($0, $1 & 0x7FFF_FFFF) } < 0x7F80_0000
      case .float16:
        raw.bindMemory(to: UInt16.self).reduce(0) { max($0, $1 & 0x7FFF) } < 0x7C00
      }
    }
  }

  /// The same numbers stored as `type`, each rounded to nearest even where that is narrower.
  public func converted(to type: ScalarType) -> WeightTensor {
    guard type != scalarType else { return self }
    let raw: [UInt8] =
      switch type {
      case .float32: values().withUnsafeBytes { Array($0) }
      case .float16: values().map(Float16.init).withUnsafeBytes { Array($0) }
      }
    return WeightTensor(
      shape: shape, scalarType: type, bytes: SharedBytes(copying: raw), offset: 0)
  }
}

extension WeightTensor: Equatable {
  /// Same shape, same type, same bits.
  public static func == (a: WeightTensor, b: WeightTensor) -> Bool {
    guard a.shape == b.shape, a.scalarType == b.scalarType else { return false }
    return a.withUnsafeBytes { x in b.withUnsafeBytes { y in x.elementsEqual(y) } }
  }
}
