import Foundation
import PneumoPage
import Testing

@Suite struct PageTemplatesTests {
  private struct Outer {
    let text: String
    let inner: Inner
    let items: [String]
    let absent: String?
  }

  private struct Inner {
    let text: String
    let absent: String?
  }

  /// To the library's own escaping, a quote with a combining accent is no quote.
  @Test(arguments: ["\"\u{301}", "<\u{338}", "'\u{20DD}", "&\u{FE0F}", ">\u{200D}", "\u{202E}"])
  func everythingIsEscapedByScalars(text: String) {
    let templates = PageTemplates([
      "outer": Array(
        "{{text}}{{#inner}}{{>inner}}{{/inner}}{{#items}}{{.}}{{>inner}}{{/items}}".utf8),
      "inner": Array("[{{text}}]".utf8),
    ])
    let result = templates.text(
      "outer",
      Outer(text: text, inner: Inner(text: text, absent: nil), items: [text], absent: nil))
    let escaped = result.unicodeScalars.filter { "&[]".unicodeScalars.contains($0) || $0 == "\\" }
    #expect(!result.unicodeScalars.contains { "<>\"'\u{202E}".unicodeScalars.contains($0) })
    #expect(escaped.count == 4 + 4, "\(result)")
  }

  @Test func aDotKeepsToTheValueItself() {
    let templates = PageTemplates([
      "page": Array("{{#inner}}{{absent}}|{{#.absent}}x{{/.absent}}{{/inner}}".utf8)
    ])
    let value = Outer(
      text: "", inner: Inner(text: "", absent: nil), items: [], absent: "outer")
    #expect(templates.text("page", value) == "outer|")
  }

  /// What is not escaped is made by the program: drawings, style, script and its data.
  @Test func fewNamesAreNotEscaped() throws {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appending(path: "Sources")
    let files = try #require(
      FileManager.default.enumerator(at: root, includingPropertiesForKeys: nil)
    )
    .compactMap { $0 as? URL }.filter { $0.pathExtension == "mustache" }
    #expect(files.count > 10)
    var found: Set<String> = []
    for file in files {
      let text = try String(contentsOf: file, encoding: .utf8)
      #expect(!text.contains("{{&"), "\(file.path)")
      for match in text.matches(of: #/{{{([^}]*)}}}/#) {
        found.insert("\(file.deletingPathExtension().lastPathComponent) \(match.output.1)")
      }
    }
    #expect(
      found == [
        "figure drawing", "figure mark", "page body", "page policy", "page script", "page style",
        "page data",
      ])
  }
}
