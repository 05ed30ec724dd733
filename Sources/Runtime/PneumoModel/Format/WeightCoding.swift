import PneumoSystem

/// Collects weights in order of use, and says where each will stand in the weights' section.
struct WeightWriter {
  private var tensors: [WeightTensor] = []
  private var end = 0

  /// Writes a reference to `tensor`: type, shape, offset in the weights' section.
  mutating func reference(_ tensor: WeightTensor, in writer: inout ByteWriter) {
    let offset = FileFormat.aligned(end)
    writer.u8(tensor.scalarType.rawValue)
    writer.u8(UInt8(tensor.shape.count))
    for extent in tensor.shape { writer.u32(extent) }
    writer.u64(offset)
    tensors.append(tensor)
    end = offset + tensor.byteCount
  }

  /// The weights' section.
  func encoded() -> [UInt8] {
    var writer = ByteWriter()
    writer.reserve(end)
    for tensor in tensors {
      writer.align()
      tensor.withUnsafeBytes { writer.raw($0) }
    }
    return writer.bytes
  }
}

/// Takes weights from the weights' section of a file, without copying them.
struct WeightReader {
  private let bytes: SharedBytes
  private let section: Range<Int>
  /// Where the last weight taken ends.
  private var end: Int

  init(_ bytes: SharedBytes, _ section: Range<Int>) {
    self.bytes = bytes
    self.section = section
    self.end = section.lowerBound
  }

  /// Reads a reference and finds the weight that it means.
  mutating func tensor(_ reader: inout ByteReader) throws(ModelError) -> WeightTensor {
    let start = reader.offset
    let type: ScalarType = try reader.code("scalar type")
    let rank = Int(try reader.u8())
    guard (1...Limits.rank).contains(rank) else {
      throw ModelError(
        .limitExceeded, "a weight of \(rank) axes, expected 1 to \(Limits.rank)", offset: start)
    }
    var shape: [Int] = []
    for _ in 0..<rank { shape.append(try reader.u32()) }
    guard let count = Limits.count(of: shape) else {
      throw ModelError(.limitExceeded, Limits.reason(against: shape, of: "a weight"), offset: start)
    }
    let offset = try reader.u64().addingReportingOverflow(section.lowerBound)
    let range = try FileHeader.place(
      offset.overflow ? .max : offset.partialValue, count * type.byteCount, after: end, in: bytes,
      until: section.upperBound, of: "a weight", at: start)
    end = range.upperBound
    return WeightTensor(shape: shape, scalarType: type, bytes: bytes, offset: range.lowerBound)
  }

  /// Says that all weights have been taken.
  func finish() throws(ModelError) {
    guard end == section.upperBound else {
      throw ModelError(
        .trailingBytes, "\(section.upperBound - end) bytes after the last weight", offset: end)
    }
  }
}
