import PneumoSupport

/// What `confusion` shows: true by predicted class, in a table whose cells are tinted by the share of
/// their row.
struct ConfusionTable {
  struct Row {
    let name: String
    let cells: [Cell]
  }

  struct Cell {
    /// Classes of the style sheet.
    let style: String
    /// By which the script finds the cell: `tn`, `fp`, `fn` or `tp`.
    let outcome: String?
    let count: String
    let share: String
  }

  let classes: [String]
  let rows: [Row]

  /// - Parameter outcomes: of the cells, for a script that counts anew.
  init(_ counts: [[Int]], classes: [String], outcomes: [[String]]? = nil) {
    self.classes = classes
    rows = counts.enumerated().map { truth, row in
      let total = Double(max(row.reduce(0, +), 1))
      let cells = row.enumerated().map { prediction, count in
        let share = Double(count) / total
        let step = Int((share * Double(Self.shareSteps)).rounded())
        return Cell(
          style: "\(truth == prediction ? "right" : "wrong") share\(step)",
          outcome: outcomes?[truth][prediction], count: Format.grouped(count),
          share: percent(share))
      }
      return Row(name: classes[truth], cells: cells)
    }
  }

  /// Shares are tinted in this many steps: by classes, since the page's policy forbids style
  /// attributes.
  private static let shareSteps = 20

  /// The style of tinted shares.
  static let style = (0...shareSteps).map { step in
    ".share\(step) { --share: \(Format.fixed(Double(step) / Double(shareSteps), 2)); }"
  }.joined(separator: "\n")
}
