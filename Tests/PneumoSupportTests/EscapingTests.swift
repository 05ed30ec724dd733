import Foundation
import PneumoSupport
import Testing

#if canImport(FoundationXML)
import FoundationXML
#endif

/// Text from outside that reaches a terminal or a page.
@Suite struct EscapingTests {
  /// What makes a scalar before it another `Character`.
  private static let marks: [Unicode.Scalar] = ["\u{301}", "\u{20E3}", "\u{FE0F}", "\u{200D}"]

  @Test func textStaysOnItsLine() {
    #expect("a é\u{1B}[1m\n\t".escapingControlCharacters == #"a é\u{1b}[1m\u{a}\u{9}"#)
    #expect("plain 🩻".escapingControlCharacters == "plain 🩻")
    #expect(
      "\u{9B}31m\u{7F}\u{202E}txt".escapingControlCharacters == #"\u{9b}31m\u{7f}\u{202e}txt"#)
    #expect("a\r\nb".escapingControlCharacters(keepingLineFeeds: true) == "a\\u{d}\nb")
    for mark in Self.marks {
      let text = String(String.UnicodeScalarView(["\u{1B}", mark])).escapingControlCharacters
      #expect(text == "\\u{1b}\(mark)")
    }
  }

  /// No control character, whatever its code, is left; nothing else that can be seen is changed.
  @Test func controlCharactersOfAllKinds() {
    var wrong: [UInt32] = []
    for code in Array(0...0x2FFF) + Array(stride(from: UInt32(0x3000), to: 0x110000, by: 61)) {
      guard let scalar = Unicode.Scalar(code) else { continue }
      let text = String(scalar).escapingControlCharacters
      let category = scalar.properties.generalCategory
      let isControl = [.control, .lineSeparator, .paragraphSeparator].contains(category)
      if isControl || scalar.properties.isBidiControl {
        if text != "\\u{\(String(code, radix: 16))}" { wrong.append(code) }
      } else if category != .format, !scalar.properties.isNoncharacterCodePoint {
        if !text.unicodeScalars.elementsEqual([scalar]) { wrong.append(code) }
      }
    }
    #expect(wrong.isEmpty)
  }

  /// Markup with a mark behind it is escaped too, and is read back as it was.
  @Test func markupIsEscapedByScalars() {
    for scalar in "&<>\"'".unicodeScalars {
      for mark in Self.marks {
        let text = String(String.UnicodeScalarView(["x", scalar, mark, scalar]))
        #expect(!text.markupEscaped.unicodeScalars.contains { "<>\"'".unicodeScalars.contains($0) })
        let reader = Reader()
        let parser = XMLParser(data: Data("<a b=\"\(text.markupEscaped)\"/>".utf8))
        parser.delegate = reader
        #expect(parser.parse())
        #expect(reader.value?.unicodeScalars.elementsEqual(text.unicodeScalars) == true)
      }
    }
  }

  /// XML 1.0 forbids some scalars even as references.
  @Test func whateverTextIsXMLStaysWellFormed() {
    for plane in stride(from: 0, through: 0x10FFFF, by: 0x1000) {
      var all = String.UnicodeScalarView()
      all.append(contentsOf: (plane..<plane + 0x1000).compactMap { Unicode.Scalar(UInt32($0)) })
      let text = String(all).markupEscaped
      let parser = XMLParser(data: Data("<a b=\"\(text)\">\(text)</a>".utf8))
      #expect(parser.parse(), "U+\(String(plane, radix: 16))")
    }
  }

  @Test func consoleTextEscapesWhatIsPutIn() {
    let name = "x\u{1B}]0;title\u{7}\nerror: all is lost"
    let text: ConsoleText = "reading \(name):\n\(1) of \(2.5)\n"
    #expect(
      text.description
        == "reading x\\u{1b}]0;title\\u{7}\\u{a}error: all is lost:\n1 of 2.5\n")
    // A literal is the program's own.
    let lines = "a\nb"
    let twice: ConsoleText = "note: \(text)"
    #expect(twice.description == "note: \(text.description)")
    #expect(ConsoleText(lines).description == "a\\u{a}b")
    #expect(ConsoleText(lines: lines + "\u{8}").description == "a\nb\\u{8}")
    #expect(["a\n" as ConsoleText, "b"].joined(separator: ", ").description == "a\n, b")
    var table = Table([.init("\u{1B}"), .init("b", .right)])
    table.append(["\u{9B}1m\n", "3"])
    #expect(
      ("\(table)" as ConsoleText).description
        == "\\u{1b}         b\n─────────────  ─\n\\u{9b}1m\\u{a}  3\n")
  }

  private final class Reader: NSObject, XMLParserDelegate {
    var value: String?

    func parser(
      _ parser: XMLParser, didStartElement name: String, namespaceURI: String?,
      qualifiedName: String?, attributes: [String: String]
    ) {
      value = attributes["b"]
    }
  }
}
