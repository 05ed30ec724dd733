/// Reads little-endian values from a range of a file and trusts none of them.
struct ByteReader {
  private let bytes: UnsafeRawBufferPointer
  private let end: Int
  /// Of the next byte, in the file.
  private(set) var offset: Int
  /// What the range is called in errors.
  private let section: String

  /// - Precondition: `range` lies inside `bytes`, the whole file.
  init(_ bytes: UnsafeRawBufferPointer, _ range: Range<Int>, section: String) {
    precondition(range.lowerBound >= 0 && range.upperBound <= bytes.count)
    self.bytes = bytes
    self.section = section
    offset = range.lowerBound
    end = range.upperBound
  }

  var remaining: Int { end - offset }

  /// A count or code of four bytes.
  mutating func readInt() throws(ModelError) -> Int { Int(try readInteger(as: UInt32.self)) }

  /// A count that must not be greater than `limit`.
  mutating func readCount(
    _ name: String, limit: Int, minimumSize: Int = 0
  ) throws(ModelError) -> Int {
    let start = offset
    let count = try readInt()
    guard count <= limit else {
      throw ModelError(
        .limitExceeded, "\(count) \(name); at most \(limit) are accepted", offset: start)
    }
    guard minimumSize == 0 || count <= remaining / minimumSize else {
      throw ModelError(
        .truncated, "\(count) \(name) do not fit the \(remaining) bytes left of \(section)",
        offset: start)
    }
    return count
  }

  /// An offset of eight bytes that this machine can address.
  mutating func readOffset() throws(ModelError) -> Int {
    let start = offset
    let value = try readInteger(as: UInt64.self)
    guard let value = Int(exactly: value) else {
      throw ModelError(.limitExceeded, "an offset of \(value)", offset: start)
    }
    return value
  }

  mutating func readBool(_ name: String) throws(ModelError) -> Bool {
    let start = offset
    let value = try readInt()
    guard value <= 1 else {
      throw ModelError(.unknownValue, "\(name) is \(value), expected 0 or 1", offset: start)
    }
    return value == 1
  }

  mutating func readFloat() throws(ModelError) -> Float {
    Float(bitPattern: try readInteger(as: UInt32.self))
  }

  mutating func readDouble() throws(ModelError) -> Double {
    Double(bitPattern: try readInteger(as: UInt64.self))
  }

  /// One of the values of an enumeration.
  mutating func readCode<Code: RawRepresentable & CaseIterable>(
    _ name: String, as type: Code.Type = Code.self
  ) throws(ModelError) -> Code where Code.RawValue == UInt8 {
    let start = offset
    let value = try readInt()
    guard let code = UInt8(exactly: value).flatMap(Code.init) else {
      let known = Code.allCases.map { "\($0.rawValue)" }.joined(separator: ", ")
      throw ModelError(
        .unknownValue,
        "\(name) \(value) is unknown; this reader knows \(known). A newer Pneumo may read it",
        offset: start)
    }
    return code
  }

  /// UTF-8 after the number of its bytes.
  mutating func readText() throws(ModelError) -> String {
    let count = try readCount("bytes of text", limit: Limits.text)
    let start = offset
    let text = try take(count)
    guard let text = String(validating: text, as: UTF8.self) else {
      throw ModelError(.invalidText, "a text of \(count) bytes is not UTF-8", offset: start)
    }
    return text
  }

  mutating func readInteger<Integer: FixedWidthInteger & BitwiseCopyable>(
    as type: Integer.Type
  ) throws(ModelError) -> Integer {
    Integer(littleEndian: try take(MemoryLayout<Integer>.size).loadUnaligned(as: type))
  }

  /// The next `count` bytes.
  mutating func take(_ count: Int) throws(ModelError) -> UnsafeRawBufferPointer {
    guard count <= remaining else {
      throw ModelError(
        .truncated, "\(section) ends \(count - remaining) bytes too early", offset: end)
    }
    defer { offset += count }
    // SAFETY: inside the range that `init` checked.
    return UnsafeRawBufferPointer(rebasing: bytes[offset..<offset + count])
  }

  /// Checks that nothing is left.
  func finish() throws(ModelError) {
    guard remaining == 0 else {
      throw ModelError(
        .trailingBytes, "\(remaining) bytes too many at the end of \(section)", offset: offset)
    }
  }

  /// Skips up to the next multiple of `alignment`; all that is skipped must be zero.
  mutating func skipPadding(to alignment: Int) throws(ModelError) {
    let count = (alignment - offset % alignment) % alignment
    let start = offset
    guard try take(count).allSatisfy({ $0 == 0 }) else {
      throw ModelError(.hole, "padding in \(section) must be zero", offset: start)
    }
  }
}
