import PneumoChart
import PneumoSupport

/// What `table` shows.
struct TableContent {
  struct Row {
    let name: String
    let cells: [String]
  }

  let head: [String]
  let rows: [Row]

  /// The first column names the row.
  init(head: [String], rows: [[String]]) {
    self.head = head
    self.rows = rows.map { Row(name: $0[0], cells: Array($0.dropFirst())) }
  }
}

/// What `figure` shows: a plot with title, legend and its numbers as a table that opens.
struct Figure {
  struct LegendEntry {
    /// SVG.
    let mark: String
    let label: String
  }

  let title: String
  let legend: [LegendEntry]
  /// SVG.
  let drawing: String
  let table: TableContent

  init(_ plot: Plot, table: TableContent) {
    title = plot.title
    legend = plot.legend.map { LegendEntry(mark: $0.mark.text, label: $0.label) }
    drawing = plot.svg().text
    self.table = table
  }
}

/// At most `limit` elements, evenly spread, with the first and the last.
func spread<Element>(_ elements: [Element], limit: Int) -> [Element] {
  guard elements.count > limit, limit > 1 else { return elements }
  return (0..<limit).map { elements[$0 * (elements.count - 1) / (limit - 1)] }
}
