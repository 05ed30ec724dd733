/// Rows of text in aligned columns, for a terminal. Widths are those of a terminal, where a Chinese
/// character takes two columns and a combining accent none.
package struct Table: Sendable {
  /// At which side of its column a cell stands.
  package enum Alignment: Sendable { case left, right }

  /// The title of a column, and how its cells stand.
  package struct Column: Sendable {
    /// What stands above the rule.
    package var title: String
    /// How cells and title stand.
    package var alignment: Alignment
    /// The column is at least this wide, in columns of a terminal.
    package var minimumWidth: Int

    /// A column that is as wide as its widest cell.
    package init(_ title: String, _ alignment: Alignment = .left, minimumWidth: Int = 0) {
      self.title = title.escapingControlCharacters
      self.alignment = alignment
      self.minimumWidth = minimumWidth
    }
  }

  /// From left to right.
  package let columns: [Column]
  /// From top to bottom.
  package private(set) var rows: [[String]] = []

  /// A table without rows.
  package init(_ columns: [Column]) { self.columns = columns }

  /// Adds a row of as many texts as there are columns. Control characters in them are spelled out.
  package mutating func append(_ row: [String]) {
    precondition(row.count == columns.count, "one text a column")
    rows.append(row.map(\.escapingControlCharacters))
  }

  /// The titles, a rule and the rows, each on a line that ends with a line feed.
  package var text: String {
    let widths = self.widths
    let rule = widths.map { String(repeating: "─", count: $0) }.joined(separator: "  ")
    return ([line(columns.map(\.title), widths), rule] + rows.map { line($0, widths) })
      .map { $0 + "\n" }.joined()
  }

  /// The width of each column.
  package var widths: [Int] {
    columns.indices.map { index in
      rows.reduce(max(columns[index].title.displayWidth, columns[index].minimumWidth)) {
        max($0, $1[index].displayWidth)
      }
    }
  }

  /// One row in columns of `widths`, without blanks at its end.
  package func line(_ row: [String], _ widths: [Int]) -> String {
    let cells = zip(zip(row, widths), columns).map { cell, column in
      let blanks = String(repeating: " ", count: max(cell.1 - cell.0.displayWidth, 0))
      return column.alignment == .left ? cell.0 + blanks : blanks + cell.0
    }
    var line = cells.joined(separator: "  ")
    while line.last == " " { line.removeLast() }
    return line
  }
}
