extension Unicode.Scalar {
  /// Whether a reader could be misled by this scalar, or a terminal, or an XML parser stumble over it: control
  /// characters (C0, DEL, C1), line and paragraph separators, controls of the writing direction,
  /// and noncharacters.
  package var isUnsafeToPrint: Bool {
    switch value {
    case 0x20...0x7E: false
    case 0..<0x20, 0x7F...0x9F: true
    case 0x2028...0x2029: true
    default: properties.isBidiControl || properties.isNoncharacterCodePoint
    }
  }
}

extension String {
  /// The text on one line, with no character that moves a cursor, changes colors or turns the
  /// writing direction: those are spelled out, as in `\u{1b}`.
  package var escapingControlCharacters: String {
    escapingControlCharacters(keepingLineFeeds: false)
  }

  /// The same, with or without line feeds.
  package func escapingControlCharacters(keepingLineFeeds: Bool) -> String {
    func isEscaped(_ scalar: Unicode.Scalar) -> Bool {
      scalar.isUnsafeToPrint && !(keepingLineFeeds && scalar == "\n")
    }
    guard unicodeScalars.contains(where: isEscaped) else { return self }
    var result = String.UnicodeScalarView()
    for scalar in unicodeScalars {
      if isEscaped(scalar) {
        result.append(contentsOf: "\\u{\(String(scalar.value, radix: 16))}".unicodeScalars)
      } else {
        result.append(scalar)
      }
    }
    return String(result)
  }

  /// The text as it stands in HTML and XML, between tags or in quotes. Control characters, which XML
  /// 1.0 forbids, are spelled out.
  ///
  /// It goes by scalars: a quote with a combining accent is another `Character`, yet it closes an
  /// attribute.
  package var markupEscaped: String {
    var result = String.UnicodeScalarView()
    for scalar in escapingControlCharacters.unicodeScalars {
      switch scalar {
      case "&": result.append(contentsOf: "&amp;".unicodeScalars)
      case "<": result.append(contentsOf: "&lt;".unicodeScalars)
      case ">": result.append(contentsOf: "&gt;".unicodeScalars)
      case "\"": result.append(contentsOf: "&quot;".unicodeScalars)
      case "'": result.append(contentsOf: "&#39;".unicodeScalars)
      default: result.append(scalar)
      }
    }
    return String(result)
  }
}
