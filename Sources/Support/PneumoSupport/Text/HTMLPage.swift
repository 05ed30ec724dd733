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
    """
    <!doctype html>
    <html lang="en">
    <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta http-equiv="Content-Security-Policy" content="\(policy)">
    <meta name="generator" content="\(generator.markupEscaped)">
    <link rel="icon" href="data:,">
    <title>\(title.markupEscaped)</title>
    <style>\(styleText)</style>
    </head>
    <body>
    \(body)\(scripts)</body>
    </html>

    """
  }

  private var policy: String {
    "default-src 'none'; img-src data:; style-src \(Self.hash(styleText))"
      + (script.isEmpty ? "" : "; script-src \(Self.hash(scriptText))")
      + "; base-uri 'none'; form-action 'none'"
  }

  // What the hashes are of: all that is between the tags.
  private var styleText: String { "\n\(style)\n" }
  private var scriptText: String { "\n\(script)\n" }

  private var scripts: String {
    guard !script.isEmpty else { return "" }
    let data = data.map { data in
      // `</script>` must not occur in a script.
      let text = data.text.replacing("<", with: "\\u003c")
      return "<script type=\"application/json\" id=\"data\">\(text)</script>\n"
    }
    return (data ?? "") + "<script>\(scriptText)</script>\n"
  }

  private static func hash(_ text: String) -> String {
    "'sha256-\(Format.base64(SHA256.digest(Array(text.utf8))))'"
  }
}
