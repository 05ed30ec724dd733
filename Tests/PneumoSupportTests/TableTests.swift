import Foundation
import PneumoSupport
import Testing

@Suite struct TableTests {
  @Test func alignsColumns() {
    var table = Table([.init("layer"), .init("parameters", .right)])
    table.append(["conv2d", "896"])
    table.append(["a longer name", "1"])
    #expect(
      table.text == """
        layer          parameters
        ─────────────  ──────────
        conv2d                896
        a longer name           1

        """)
  }

  /// Chinese takes two columns a character, a combining accent none.
  @Test func widthsAreThoseOfATerminal() {
    var table = Table([.init("class"), .init("images", .right)])
    table.append(["肺炎", "7"])
    table.append(["e\u{301}te\u{301}", "12"])
    #expect(
      table.text == """
        class  images
        ─────  ──────
        肺炎        7
        e\u{301}te\u{301}        12

        """)
  }

  private struct Width: Decodable {
    let text: String
    let columns: Int
  }

  /// As the Python package wcwidth counts: see Tools/make-text-goldens.py.
  @Test func displayWidthIsThatOfWcwidth() throws {
    let url = try #require(
      Bundle.module.url(forResource: "Fixtures/display-widths", withExtension: "json"))
    let widths = try JSONDecoder().decode([Width].self, from: Data(contentsOf: url))
    #expect(widths.count > 100)
    for width in widths { #expect(width.text.displayWidth == width.columns, "\(width.text)") }
  }

  @Test func prefixesEndBeforeWhatDoesNotFit() {
    #expect("肺炎a".prefix(displayWidth: 3) == "肺")
    #expect("肺炎a".prefix(displayWidth: 5) == "肺炎a")
    #expect("e\u{301}a".prefix(displayWidth: 1) == "e\u{301}")
  }
}
