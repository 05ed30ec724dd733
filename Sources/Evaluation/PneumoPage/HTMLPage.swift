import Foundation
import PneumoSupport

/// A self-contained page: one file that makes no external request.
///
/// Its content security policy admits this one style sheet and this one script, by their hashes, and
/// no attribute with either: what a file name or a label might smuggle in does not run, even where
/// its text were not escaped.
package struct HTMLPage: Sendable {
  /// Escaped by the page.
  package var title: String
  /// What made the page.
  package var generator: String
  package var style: String
  /// JavaScript; empty for a page that runs nothing.
  package var script = ""
  /// Data for the script, as JSON.
  package var data: JSON?
  /// HTML that was escaped.
  package var body: String

  /// A page without a script.
  package init(title: String, generator: String, style: String, body: String) {
    self.title = title
    self.generator = generator
    self.style = style
    self.body = body
  }

  /// The page.
  package var html: String {
    // What the hashes are of: all that is between the tags.
    let style = "\n\(style)\n"
    let script = script.isEmpty ? nil : "\n\(script)\n"
    return Self.templates.text(
      "page",
      Content(
        title: title, generator: generator, policy: Self.policy(style: style, script: script),
        style: style, script: script,
        // `</script>` must not occur in a script.
        data: data?.text.replacing("<", with: "\\u003c"), body: body))
  }

  private struct Content {
    let title: String
    let generator: String
    let policy: String
    let style: String
    let script: String?
    let data: String?
    let body: String
  }

  private static let templates = PageTemplates(["page": PackageResources.page_mustache])

  private static func policy(style: String, script: String?) -> String {
    "default-src 'none'; img-src data:; style-src \(hash(style))"
      + (script.map { "; script-src \(hash($0))" } ?? "")
      + "; base-uri 'none'; form-action 'none'"
  }

  private static func hash(_ text: String) -> String {
    "'sha256-\(Data(SHA256.digest(Array(text.utf8))).base64EncodedString())'"
  }
}
