/// A record of a CSV file.
package struct CSVRecord: Hashable, Sendable {
  /// The line that it starts on, from 1.
  package let line: Int
  /// Without their quotes.
  package let fields: [String]
}

/// The records of a CSV file (RFC 4180).
///
/// Fields are separated by commas and may stand in quotes; in quotes, commas and line breaks are
/// text, and a doubled quote is one. Lines end in CRLF or LF. Blank lines and a byte order mark are
/// passed over.
package func readCSV(_ bytes: [UInt8]) throws(CSVProblem) -> [CSVRecord] {
  let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
  var scanner = CSVScanner(bytes: bytes.starts(with: mark) ? bytes.dropFirst(3) : bytes[...])
  var records: [CSVRecord] = []
  while let record = try scanner.record() {
    if record.fields != [""] { records.append(record) }
  }
  return records
}

/// What is wrong with a CSV file, and on which line.
package struct CSVProblem: Error, Hashable, Sendable {
  /// From 1.
  package let line: Int
  /// What is wrong and what to do.
  package let reason: String
}

private struct CSVScanner {
  private static let quote = UInt8(ascii: "\"")
  private static let comma = UInt8(ascii: ",")
  private static let lineFeed = UInt8(ascii: "\n")
  private static let carriageReturn = UInt8(ascii: "\r")

  private var rest: ArraySlice<UInt8>
  private var line = 1

  init(bytes: ArraySlice<UInt8>) { rest = bytes }

  /// The next record, `nil` at the end.
  mutating func record() throws(CSVProblem) -> CSVRecord? {
    guard !rest.isEmpty else { return nil }
    let start = line
    var fields: [String] = []
    repeat {
      fields.append(try rest.first == Self.quote ? quotedField() : plainField())
    } while take(Self.comma)
    if take(Self.carriageReturn) || !rest.isEmpty {
      guard take(Self.lineFeed) else {
        throw CSVProblem(
          line: line, reason: "expected a comma or the end of the line after a field")
      }
      line += 1
    }
    return CSVRecord(line: start, fields: fields)
  }

  private mutating func take(_ byte: UInt8) -> Bool {
    guard rest.first == byte else { return false }
    rest.removeFirst()
    return true
  }

  private mutating func plainField() throws(CSVProblem) -> String {
    let field = rest.prefix {
      $0 != Self.comma && $0 != Self.lineFeed && $0 != Self.carriageReturn
    }
    guard !field.contains(Self.quote) else {
      throw CSVProblem(
        line: line, reason: "a quote within a field; put the field in quotes and double it")
    }
    rest = rest[field.endIndex...]
    return try text(Array(field))
  }

  private mutating func quotedField() throws(CSVProblem) -> String {
    let start = line
    var field: [UInt8] = []
    rest.removeFirst()
    while let byte = rest.popFirst() {
      if byte == Self.quote, !take(Self.quote) { return try text(field) }
      if byte == Self.lineFeed { line += 1 }
      field.append(byte)
    }
    throw CSVProblem(line: start, reason: "a quote that is never closed")
  }

  private func text(_ bytes: [UInt8]) throws(CSVProblem) -> String {
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw CSVProblem(line: line, reason: "not UTF-8; save the file as UTF-8")
    }
    return text
  }
}
