import PneumoChart
import PneumoSupport

/// `text` as it stands between tags or in quotes; control characters, as names of files may have, are
/// spelled out.
func escaped(_ text: String) -> String { text.markupEscaped }

/// A table as HTML.
struct TableMarkup {
  let head: [String]
  let rows: [[String]]

  /// The first column names the row.
  var text: String {
    let head = self.head.map { "<th scope=\"col\">\(escaped($0))</th>" }.joined()
    let rows = self.rows.map { row in
      "<tr><th scope=\"row\">\(escaped(row[0]))</th>"
        + row.dropFirst().map { "<td>\(escaped($0))</td>" }.joined() + "</tr>\n"
    }
    return "<div class=\"scroll\"><table><thead><tr>\(head)</tr></thead>\n<tbody>\n"
      + rows.joined() + "</tbody></table></div>\n"
  }
}

/// A plot with title, legend and its numbers as a table that opens.
func figure(_ plot: Plot, table: TableMarkup) -> String {
  """
  <figure>
  <figcaption>\(escaped(plot.title))</figcaption>
  \(legend(plot.legend))\(plot.svg().text)<output class="note" aria-live="polite">&nbsp;</output>
  <details><summary>Numbers</summary>
  \(table.text)</details>
  </figure>

  """
}

/// At most `limit` elements, evenly spread, with the first and the last.
func spread<Element>(_ elements: [Element], limit: Int) -> [Element] {
  guard elements.count > limit, limit > 1 else { return elements }
  return (0..<limit).map { elements[$0 * (elements.count - 1) / (limit - 1)] }
}

private func legend(_ entries: [Plot.LegendEntry]) -> String {
  guard !entries.isEmpty else { return "" }
  let items = entries.map { entry in
    "<li><svg viewBox=\"0 0 26 12\" aria-hidden=\"true\">\(entry.mark.text)</svg>"
      + "\(escaped(entry.label))</li>"
  }
  return "<ul class=\"legend\">\(items.joined())</ul>\n"
}
