import PneumoSupport
import PneumoSystem

/// The tensors and the metadata of a safetensors file.
///
/// Eight bytes of length, a JSON header, and the tensors' bytes without holes and overlaps
/// (https://github.com/huggingface/safetensors, "Format"). Nothing in the file is trusted.
package struct SafetensorsFile: Hashable, Sendable {
  /// In the order of their bytes.
  package var tensors: [SafetensorsTensor]
  /// Free texts.
  package var metadata: [String: String]

  /// A file to be written.
  package init(tensors: [SafetensorsTensor], metadata: [String: String]) {
    self.tensors = tensors
    self.metadata = metadata
  }

  /// The most bytes of a header, as in the reference implementation.
  private static let maximumHeader = 100_000_000
  private static let maximumFile = 1 << 32
  private static let metadataName = "__metadata__"

  /// Whether a file begins like a safetensors file.
  package static func isSafetensors(_ bytes: UnsafeRawBufferPointer) -> Bool {
    guard bytes.count > 8, bytes[8] == UInt8(ascii: "{") else { return false }
    let length = bytes.loadUnaligned(as: UInt64.self).littleEndian
    return length <= UInt64(min(bytes.count - 8, maximumHeader))
  }

  /// Reads the file at `path`, whole.
  package init(contentsOf path: String) throws(CheckpointError) {
    let bytes: SharedBytes
    do throws(FileError) {
      bytes = try SharedBytes.mapping(path, limit: Self.maximumFile)
    } catch {
      throw CheckpointError(.unreadable, error.reason).naming(file: path)
    }
    do throws(CheckpointError) {
      self = try bytes.withUnsafeBytes { raw throws(CheckpointError) in
        try SafetensorsFile(raw)
      }
    } catch {
      throw error.naming(file: path)
    }
  }

  /// Reads a file's bytes.
  package init(_ bytes: UnsafeRawBufferPointer) throws(CheckpointError) {
    guard Self.isSafetensors(bytes) else {
      throw CheckpointError(
        .damagedFile,
        "is no safetensors file: it does not begin with the length of a JSON header of at most "
          + "\(Self.maximumHeader) bytes; is it cut off?")
    }
    let length = Int(bytes.loadUnaligned(as: UInt64.self).littleEndian)
    let header: JSON
    do throws(JSONError) {
      header = try JSON(parsing: Array(bytes[8..<8 + length]))
    } catch {
      throw CheckpointError(.damagedFile, "its header is \(error.description)")
    }
    guard let members = header.members else {
      throw CheckpointError(.damagedFile, "its header is \(header.kind), expected an object")
    }
    guard Set(members.map(\.name)).count == members.count else {
      throw CheckpointError(.damagedFile, "two members of its header have the same name")
    }
    metadata = [:]
    if let texts = header[Self.metadataName] {
      for text in texts.members ?? [] { metadata[text.name] = text.value.string }
      guard let count = texts.members?.count, count == metadata.count else {
        throw CheckpointError(.damagedFile, "its metadata are not all strings")
      }
    }
    let data = UnsafeRawBufferPointer(rebasing: bytes[(8 + length)...])
    var entries: [(range: Range<Int>, tensor: SafetensorsTensor)] = []
    for member in members where member.name != Self.metadataName {
      entries.append(try Self.tensor(member.name, member.value, data))
    }
    // Empty tensors stand before what begins at the same place.
    entries.sort {
      ($0.range.lowerBound, $0.range.upperBound) < ($1.range.lowerBound, $1.range.upperBound)
    }
    var end = 0
    for (range, tensor) in entries {
      guard range.lowerBound == end else {
        throw CheckpointError(
          .damagedFile,
          "tensor '\(tensor.name)' begins at byte \(range.lowerBound) of the data, expected \(end)")
      }
      end = range.upperBound
    }
    guard end == data.count else {
      throw CheckpointError(
        .damagedFile, "its tensors take \(end) bytes, found \(data.count); is it cut off?")
    }
    tensors = entries.map(\.tensor)
  }

  private static func tensor(
    _ name: String, _ value: JSON, _ data: UnsafeRawBufferPointer
  ) throws(CheckpointError) -> (Range<Int>, SafetensorsTensor) {
    func fail(_ reason: String) -> CheckpointError {
      CheckpointError(.damagedFile, "tensor '\(name)': \(reason)")
    }
    guard let type = value["dtype"]?.string.flatMap({ SafetensorsTensor.ElementType(rawValue: $0) })
    else {
      let known = SafetensorsTensor.ElementType.allCases.map(\.rawValue).joined(separator: ", ")
      throw fail("its type is \(value["dtype"]?.string ?? "missing"), expected one of \(known)")
    }
    guard let axes = value["shape"]?.array, let offsets = value["data_offsets"]?.array,
      offsets.count == 2, let first = offsets[0].int, let end = offsets[1].int
    else { throw fail("it lacks a shape or its place in the file") }
    var count = type.byteCount
    var shape: [Int] = []
    for axis in axes {
      guard let extent = axis.int, extent >= 0 else { throw fail("its shape is no list of sizes") }
      let (product, overflow) = count.multipliedReportingOverflow(by: extent)
      guard !overflow else { throw fail("its shape is too large") }
      count = product
      shape.append(extent)
    }
    guard first >= 0, first <= end, end <= data.count else {
      throw fail("it ends at byte \(end) of \(data.count); is the file cut off?")
    }
    guard end - first == count else {
      throw fail("its shape needs \(count) bytes, the file gives it \(end - first)")
    }
    return (
      first..<end,
      SafetensorsTensor(name: name, type: type, shape: shape, bytes: Array(data[first..<end]))
    )
  }

  /// Writes the file so that it appears whole or not at all. The same content gives the same bytes;
  /// tensors begin at a multiple of 8 bytes where all before them do.
  package func write(to path: String) throws(CheckpointError) {
    do throws(FileError) {
      try writeAtomically(encoded, to: path)
    } catch {
      throw CheckpointError(.unreadable, error.reason).naming(file: path)
    }
  }

  /// The bytes of the file.
  package var encoded: [UInt8] {
    var members = [
      JSON.Member(
        Self.metadataName,
        .object(metadata.sorted { $0.key < $1.key }.map { JSON.Member($0.key, .string($0.value)) }))
    ]
    var end = 0
    for tensor in tensors {
      members.append(
        JSON.Member(
          tensor.name,
          .object([
            "dtype": .string(tensor.type.rawValue),
            "shape": .array(tensor.shape.map { .int($0) }),
            "data_offsets": .array([.int(end), .int(end + tensor.bytes.count)]),
          ])))
      end += tensor.bytes.count
    }
    var header = Array(JSON.object(members).text.utf8)
    while header.count % 8 != 0 { header.append(UInt8(ascii: " ")) }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(8 + header.count + end)
    bytes += withUnsafeBytes(of: UInt64(header.count).littleEndian) { Array($0) }
    bytes += header
    for tensor in tensors { bytes += tensor.bytes }
    return bytes
  }
}
