import Foundation
import PneumoConsole
import PneumoSupport

/// A comparison drawn as SVG 1.1: one panel of horizontal bars per cell.
struct BarChart {
  private let comparison: Comparison
  private let title: String

  /// Makes a chart of `comparison`.
  init(_ comparison: Comparison, title: String) {
    self.comparison = comparison
    self.title = title
  }

  // In pixels.
  private let columns = 2
  private let panelWidth = 440
  private let labelWidth = 112
  private let valueWidth = 56
  private let barHeight = 16
  private let barStep = 22
  private let headHeight = 48
  private let margin = 20
  private let titleHeight = 56

  private var panelHeight: Int { headHeight + comparison.engines.count * barStep + margin }
  private var width: Int { margin + columns * (panelWidth + margin) }
  private var height: Int {
    titleHeight + (comparison.cells.count + columns - 1) / columns * panelHeight
  }

  /// The SVG document. Colors follow the viewer's light or dark mode, on a transparent background.
  var svg: String {
    var lines = [
      """
      <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(width) \(height)" \
      width="\(width)" height="\(height)" role="img">
      <title>Milliseconds per image: \(Format.markup(title))</title>
      <style>
      text { font: 13px system-ui, "Segoe UI", "DejaVu Sans", sans-serif; fill: #1f2328; }
      .title { font-size: 17px; font-weight: 600; }
      .panel { font-weight: 600; }
      .note { fill: #59636e; }
      .ours { fill: #0969da; }
      .other { fill: #b1bac4; }
      @media (prefers-color-scheme: dark) {
      text { fill: #f0f6fc; }
      .note { fill: #9198a1; }
      .ours { fill: #4493f8; }
      .other { fill: #57606a; }
      }
      </style>
      """,
      text("Milliseconds per image: shorter is faster", x: margin, y: 26, class: "title"),
      text(title, x: margin, y: 46, class: "note"),
    ]
    for (number, cell) in comparison.cells.enumerated() {
      let (row, column) = number.quotientAndRemainder(dividingBy: columns)
      lines += panel(
        cell, x: margin + column * (panelWidth + margin), y: titleHeight + row * panelHeight)
    }
    return lines.joined(separator: "\n") + "\n</svg>\n"
  }

  private func panel(_ cell: Comparison.Cell, x: Int, y: Int) -> [String] {
    var lines = [text(cell.title, x: x, y: y + 20, class: "panel")]
    if let ratio = comparison.ratio(cell), let peer = comparison.fastestPeer(cell) {
      let note = "\(Format.fixed(ratio, 2)) × the time of \(Engine.title(peer.engine))"
      lines.append(text(note, x: x, y: y + 38, class: "note"))
    }
    let entries = comparison.engines.map { comparison.entry($0, cell) }
    let longest = entries.compactMap { $0?.perImage }.max() ?? 1
    let maximumLength = Double(panelWidth - labelWidth - valueWidth)
    for (number, entry) in entries.enumerated() {
      let top = y + headHeight + number * barStep
      let name = Engine.title(comparison.engines[number])
      let line = top + barHeight - 3
      lines.append(text(name, x: x + labelWidth - 8, y: line, anchor: "end"))
      guard let entry else {
        lines.append(text("not timed", x: x + labelWidth, y: line, class: "note"))
        continue
      }
      let length = max(1, (entry.perImage / longest * maximumLength * 10).rounded() / 10)
      let kind = entry.engine == "pneumo" ? "ours" : "other"
      lines.append(
        """
        <rect class="\(kind)" x="\(x + labelWidth)" y="\(top)" width="\(length)" \
        height="\(barHeight)" rx="2"/>
        """)
      let end = x + labelWidth + Int(length.rounded(.up)) + 6
      lines.append(text(Format.fixed(entry.perImage, 2), x: end, y: line))
    }
    return lines
  }

  private func text(
    _ text: String, x: Int, y: Int, class name: String? = nil, anchor: String? = nil
  ) -> String {
    let attributes =
      (name.map { " class=\"\($0)\"" } ?? "") + (anchor.map { " text-anchor=\"\($0)\"" } ?? "")
    return "<text x=\"\(x)\" y=\"\(y)\"\(attributes)>\(Format.markup(text))</text>"
  }
}
