/// Text for a terminal or a log, whose literal parts are the program's own.
///
/// What is interpolated into it, such as the name of a file or a class, can neither move the cursor nor
/// begin a line: `"reading \(path)\n" as ConsoleText` is one line, whatever the path holds.
package struct ConsoleText: Hashable, Sendable, CustomStringConvertible {
  /// The text as it is printed.
  package private(set) var description: String

  /// Text from outside, on one line.
  package init(_ text: String) { description = text.escapingControlCharacters }

  /// Text whose line feeds are the program's own.
  package init(lines text: String) {
    description = text.escapingControlCharacters(keepingLineFeeds: true)
  }

  /// Whether nothing would be printed.
  package var isEmpty: Bool { description.isEmpty }

  package static func += (left: inout ConsoleText, right: ConsoleText) {
    left.description += right.description
  }

  package static func + (left: ConsoleText, right: ConsoleText) -> ConsoleText {
    var sum = left
    sum += right
    return sum
  }
}

extension ConsoleText: ExpressibleByStringInterpolation {
  /// The program's own words.
  package init(stringLiteral value: String) { description = value }

  package init(stringInterpolation: StringInterpolation) {
    description = stringInterpolation.text
  }

  /// Literals as they are, values escaped.
  package struct StringInterpolation: StringInterpolationProtocol {
    fileprivate var text = ""

    package init(literalCapacity: Int, interpolationCount: Int) {
      text.reserveCapacity(literalCapacity)
    }

    package mutating func appendLiteral(_ literal: String) { text += literal }

    package mutating func appendInterpolation(_ value: some Any) {
      text += "\(value)".escapingControlCharacters
    }

    package mutating func appendInterpolation(_ value: ConsoleText) { text += value.description }

    package mutating func appendInterpolation(_ table: Table) { text += table.text }
  }
}

extension Sequence<ConsoleText> {
  /// All of them, with `separator` between any two.
  package func joined(separator: ConsoleText = "") -> ConsoleText {
    ConsoleText(lines: map(\.description).joined(separator: separator.description))
  }
}
