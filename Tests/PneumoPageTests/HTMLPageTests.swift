import Foundation
import PneumoPage
import PneumoSupport
import Testing

@Suite struct HTMLPageTests {
  private func policy(_ html: String) throws -> String {
    let start = try #require(html.firstRange(of: "Content-Security-Policy\" content=\""))
    return String(html[start.upperBound...].prefix { $0 != "\"" })
  }

  /// What is between the tags of an element, as a browser hashes it.
  private func content(_ html: String, _ open: String, _ close: String) throws -> String {
    let start = try #require(html.firstRange(of: open))
    let end = try #require(html[start.upperBound...].firstRange(of: close))
    return String(html[start.upperBound..<end.lowerBound])
  }

  private func hash(_ text: String) -> String {
    "'sha256-\(Data(SHA256.digest(Array(text.utf8))).base64EncodedString())'"
  }

  @Test func thePolicyAdmitsOneStyleAndOneScript() throws {
    var page = HTMLPage(
      title: "a \"b\"\u{301} <c>", generator: "test", style: "p { color: red; }", body: "<p>x</p>\n"
    )
    let plain = try policy(page.html)
    #expect(plain.contains("default-src 'none'") && !plain.contains("script-src"))
    #expect(!page.html.contains("<script"))
    #expect(page.html.contains("<title>a &quot;b&quot;\u{301} &lt;c&gt;</title>"))
    page.script = "document.title = 'x';"
    page.data = .object(["text": .string("</script><script>alert(1)</script>")])
    let html = page.html
    let found = try policy(html)
    #expect(!found.contains("unsafe"))
    #expect(found.contains("style-src \(hash(try content(html, "<style>", "</style>")))"))
    #expect(found.contains("script-src \(hash(try content(html, "<script>", "</script>")))"))
    #expect(html.ranges(of: "</script>").count == 2)
  }
}
