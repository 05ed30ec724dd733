/// A named tensor of a safetensors file.
package struct SafetensorsTensor: Hashable, Sendable {
  /// The types that are read and written here.
  package enum ElementType: String, Hashable, Sendable, CaseIterable {
    case float32 = "F32"
    case float64 = "F64"
    case int64 = "I64"
    case uint64 = "U64"

    var byteCount: Int { self == .float32 ? 4 : 8 }
  }

  /// Unique in its file.
  package let name: String
  /// How elements are stored, little-endian.
  package let type: ElementType
  /// The extent of each axis; none for a single number.
  package let shape: [Int]
  /// The elements in row-major order.
  package let bytes: [UInt8]

  /// A tensor of `Float`s.
  package init(name: String, shape: [Int], values: [Float]) {
    precondition(values.count == shape.reduce(1, *), "as many values as the shape says")
    self.init(name: name, type: .float32, shape: shape, bytes: values.withUnsafeBytes { Array($0) })
  }

  init(name: String, type: ElementType, shape: [Int], bytes: [UInt8]) {
    self.name = name
    self.type = type
    self.shape = shape
    self.bytes = bytes
  }

  /// A tensor with one axis of 64-bit numbers.
  package init(name: String, values: [UInt64]) {
    self.init(
      name: name, type: .uint64, shape: [values.count],
      bytes: values.map(\.littleEndian).withUnsafeBytes { Array($0) })
  }

  /// The elements of a tensor of `UInt64`s; `nil` for another type.
  package var words: [UInt64]? {
    guard type == .uint64 else { return nil }
    return bytes.withUnsafeBytes { raw in
      (0..<raw.count / 8).map {
        UInt64(littleEndian: raw.loadUnaligned(fromByteOffset: 8 * $0, as: UInt64.self))
      }
    }
  }

  /// The elements of a tensor of `Float`s; `nil` for another type.
  package var floats: [Float]? {
    guard type == .float32 else { return nil }
    return bytes.withUnsafeBytes { raw in
      (0..<raw.count / 4).map { raw.loadUnaligned(fromByteOffset: 4 * $0, as: Float.self) }
    }
  }
}
