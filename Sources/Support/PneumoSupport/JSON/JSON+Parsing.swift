extension JSON {
  /// How deep arrays and objects may be nested: a parser that recurses needs a bound.
  package static let maximumDepth = 100

  /// The value that `bytes`, UTF-8, are the text of (RFC 8259).
  ///
  /// A number without fraction and exponent that fits an `Int` is an `int`, any other a `double`.
  package init(parsing bytes: [UInt8]) throws(JSONError) {
    self = try bytes.withUnsafeBufferPointer { bytes throws(JSONError) in
      var parser = JSONParser(bytes)
      return try parser.document()
    }
  }
}

/// A recursive-descent parser. Each method reads what it is named after, from `offset` on.
private struct JSONParser {
  private let bytes: UnsafeBufferPointer<UInt8>
  private var offset = 0
  private var depth = 0

  init(_ bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

  mutating func document() throws(JSONError) -> JSON {
    let result = try value()
    skipBlanks()
    guard offset == bytes.count else { throw failure("expected the end of the text") }
    return result
  }

  /// The error at `offset`, by line and column in bytes, both from 1.
  private func failure(_ problem: String) -> JSONError {
    let before = bytes[..<min(offset, bytes.count)]
    let line = before.count { $0 == UInt8(ascii: "\n") } + 1
    let lineStart = before.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
    let found = offset < bytes.count ? "" : ", found the end of the text"
    return JSONError(
      "not valid JSON: line \(line), column \(offset - lineStart + 1): \(problem)\(found)")
  }

  private static let digits = UInt8(ascii: "0")...UInt8(ascii: "9")

  private var next: UInt8? { offset < bytes.count ? bytes[offset] : nil }

  private mutating func skipBlanks() {
    while let byte = next, [0x20, 0x09, 0x0A, 0x0D].contains(byte) { offset += 1 }
  }

  /// Moves past `character` where it comes next.
  private mutating func skip(_ character: Unicode.Scalar) -> Bool {
    guard next == UInt8(ascii: character) else { return false }
    offset += 1
    return true
  }

  private mutating func value() throws(JSONError) -> JSON {
    skipBlanks()
    switch next {
    case UInt8(ascii: "{"): return try nested { parser throws(JSONError) in try parser.object() }
    case UInt8(ascii: "["): return try nested { parser throws(JSONError) in try parser.array() }
    case UInt8(ascii: "\""): return .string(try string())
    case let byte? where byte == UInt8(ascii: "-") || Self.digits.contains(byte):
      return try number()
    default:
      for (name, value) in [("null", JSON.null), ("true", .bool(true)), ("false", .bool(false))]
      where bytes[offset...].starts(with: name.utf8) {
        offset += name.utf8.count
        return value
      }
      throw failure("expected a value")
    }
  }

  private mutating func nested(
    _ read: (inout JSONParser) throws(JSONError) -> JSON
  ) throws(JSONError) -> JSON {
    guard depth < JSON.maximumDepth else {
      throw failure("nested deeper than \(JSON.maximumDepth) levels")
    }
    depth += 1
    defer { depth -= 1 }
    offset += 1
    return try read(&self)
  }

  private mutating func array() throws(JSONError) -> JSON {
    var elements: [JSON] = []
    skipBlanks()
    if skip("]") { return .array([]) }
    repeat {
      elements.append(try value())
      skipBlanks()
    } while skip(",")
    guard skip("]") else { throw failure("expected ',' or ']'") }
    return .array(elements)
  }

  private mutating func object() throws(JSONError) -> JSON {
    var members: [JSON.Member] = []
    skipBlanks()
    if skip("}") { return .object(members) }
    repeat {
      skipBlanks()
      guard next == UInt8(ascii: "\"") else { throw failure("expected a name in quotes") }
      let name = try string()
      skipBlanks()
      guard skip(":") else { throw failure("expected ':'") }
      members.append(JSON.Member(name, try value()))
      skipBlanks()
    } while skip(",")
    guard skip("}") else { throw failure("expected ',' or '}'") }
    return .object(members)
  }

  private mutating func number() throws(JSONError) -> JSON {
    let start = offset
    _ = skip("-")
    if !skip("0") { try digits() }
    var isWhole = true
    if skip(".") {
      isWhole = false
      try digits()
    }
    if skip("e") || skip("E") {
      isWhole = false
      if !skip("+") { _ = skip("-") }
      try digits()
    }
    let text = String(decoding: bytes[start..<offset], as: UTF8.self)
    if isWhole, let value = Int(text) { return .int(value) }
    guard let value = Double(text), value.isFinite else {
      offset = start
      throw failure("the number is too large")
    }
    return .double(value)
  }

  /// At least one digit.
  private mutating func digits() throws(JSONError) {
    let start = offset
    while let byte = next, Self.digits.contains(byte) { offset += 1 }
    guard offset > start else { throw failure("expected a digit") }
  }

  private mutating func string() throws(JSONError) -> String {
    offset += 1
    var content: [UInt8] = []
    while let byte = next {
      switch byte {
      case UInt8(ascii: "\""):
        guard let text = String(validating: content, as: UTF8.self) else {
          throw failure("the string is not valid UTF-8")
        }
        offset += 1
        return text
      case UInt8(ascii: "\\"):
        offset += 1
        try content.append(contentsOf: escapedCharacter())
      case 0..<0x20: throw failure("a control character in a string; write it as an escape")
      default:
        content.append(byte)
        offset += 1
      }
    }
    throw failure("expected '\"'")
  }

  /// The UTF-8 of what stands behind a backslash.
  private mutating func escapedCharacter() throws(JSONError) -> [UInt8] {
    guard let byte = next else { throw failure("expected an escape") }
    offset += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return [byte]
    case UInt8(ascii: "b"): return [0x08]
    case UInt8(ascii: "f"): return [0x0C]
    case UInt8(ascii: "n"): return [0x0A]
    case UInt8(ascii: "r"): return [0x0D]
    case UInt8(ascii: "t"): return [0x09]
    case UInt8(ascii: "u"):
      var units = [try hexadecimal()]
      if UTF16.isLeadSurrogate(units[0]), skip("\\") {
        guard skip("u") else { throw failure("expected the second half of a surrogate pair") }
        units.append(try hexadecimal())
      }
      guard let text = String(validating: units, as: UTF16.self) else {
        throw failure("half of a surrogate pair")
      }
      return Array(text.utf8)
    default:
      offset -= 1
      throw failure("an unknown escape")
    }
  }

  /// Four hexadecimal digits.
  private mutating func hexadecimal() throws(JSONError) -> UInt16 {
    var value: UInt16 = 0
    for _ in 0..<4 {
      guard let digit = next.flatMap({ Character(Unicode.Scalar($0)).hexDigitValue }) else {
        throw failure("expected four hexadecimal digits")
      }
      value = value << 4 | UInt16(digit)
      offset += 1
    }
    return value
  }
}
