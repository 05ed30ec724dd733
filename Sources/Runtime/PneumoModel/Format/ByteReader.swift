import PneumoSystem

/// Takes little-endian values from a range of a file, checking each against what is left.
struct ByteReader {
  let bytes: SharedBytes
  /// What the range is, for messages: `the graph section`.
  let name: String
  /// Where the next value stands in the file.
  private(set) var offset: Int
  let end: Int

  /// A reader of `range`, which must lie inside `bytes`.
  init(_ bytes: SharedBytes, _ range: Range<Int>, name: String) {
    precondition(range.lowerBound >= 0 && range.upperBound <= bytes.count)
    self.bytes = bytes
    self.name = name
    self.offset = range.lowerBound
    self.end = range.upperBound
  }

  var remaining: Int { end - offset }

  mutating func integer<Value: FixedWidthInteger>(
    _ type: Value.Type = Value.self
  ) throws(ModelError) -> Value {
    let start = try skip(MemoryLayout<Value>.size)
    // SAFETY: `skip` checked that the value lies inside the range, which lies inside the file.
    return bytes.withUnsafeBytes {
      Value(littleEndian: $0.loadUnaligned(fromByteOffset: start, as: Value.self))
    }
  }

  mutating func u8() throws(ModelError) -> UInt8 { try integer() }

  mutating func u32() throws(ModelError) -> Int { Int(try integer(UInt32.self)) }

  /// What exceeds `Int.max` becomes that, which no bound in a file allows either.
  mutating func u64() throws(ModelError) -> Int { Int(clamping: try integer(UInt64.self)) }

  mutating func f32() throws(ModelError) -> Float { Float(bitPattern: try integer()) }

  mutating func f64() throws(ModelError) -> Double { Double(bitPattern: try integer()) }

  mutating func flag(_ what: String) throws(ModelError) -> Bool {
    let start = offset
    let value = try u8()
    guard value <= 1 else {
      throw ModelError(
        .unknownValue, "\(what) is \(value), expected 0 (no) or 1 (yes)", offset: start)
    }
    return value == 1
  }

  /// A value of an enumeration, stored as its code; an unknown code is an error of `kind`.
  mutating func code<Value: RawRepresentable & CaseIterable>(
    _ what: String, otherwise kind: ModelError.Kind = .unknownValue
  ) throws(ModelError) -> Value where Value.RawValue == UInt8 {
    let start = offset
    let code = try u8()
    guard let value = Value(rawValue: code) else {
      let known = Value.allCases.map { "\($0.rawValue) \($0)" }.joined(separator: ", ")
      throw ModelError(
        kind, "unknown \(what) \(code); this version of Pneumo knows \(known)", offset: start)
    }
    return value
  }

  /// A number of records of at least `size` bytes each: no more than `limit`, nor than fit.
  mutating func count(
    of what: String, limit: Int, size: Int
  ) throws(ModelError) -> Int {
    let start = offset
    let count = try u32()
    guard count <= limit else {
      throw ModelError(
        .limitExceeded, "\(count) \(what); at most \(limit) are accepted", offset: start)
    }
    guard count <= remaining / size else {
      throw ModelError(
        .truncated,
        "\(name) says that \(count) \(what) follow; its \(remaining) bytes left cannot hold them",
        offset: start)
    }
    return count
  }

  /// A text of at most `limit` bytes of UTF-8.
  mutating func text(limit: Int) throws(ModelError) -> String {
    let start = offset
    let count = try count(of: "bytes of text", limit: limit, size: 1)
    let first = try skip(count)
    let text = bytes.withUnsafeBytes {
      String(validating: $0[first..<first + count], as: UTF8.self)
    }
    guard let text else {
      throw ModelError(.invalidText, "a text is not valid UTF-8", offset: start)
    }
    return text
  }

  /// The bytes of the next `count`, for magic numbers and names.
  mutating func raw(_ count: Int) throws(ModelError) -> [UInt8] {
    let start = try skip(count)
    return bytes.withUnsafeBytes { Array($0[start..<start + count]) }
  }

  /// Says that all has been read.
  func finish() throws(ModelError) {
    guard remaining == 0 else {
      throw ModelError(
        .trailingBytes, "\(name) has \(remaining) bytes after its last record", offset: offset)
    }
  }

  /// Passes `count` bytes and says where they began.
  private mutating func skip(_ count: Int) throws(ModelError) -> Int {
    guard count <= remaining else {
      throw ModelError(
        .truncated,
        "\(name) ends too early: \(count) bytes are needed here, \(remaining) are left",
        offset: offset)
    }
    defer { offset += count }
    return offset
  }
}
