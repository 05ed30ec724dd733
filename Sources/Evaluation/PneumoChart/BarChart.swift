import PneumoSupport

/// Horizontal bars in panels, as a picture (SVG) in a file of its own.
package struct BarChart: Sendable {
  /// A bar, with what is written behind it.
  package struct Bar: Sendable {
    /// Its length in the chart's unit; `nil` where there is only the text.
    package var value: Double?
    /// Classes of ``ChartStyle``.
    package var style: String
    /// What is written behind it.
    package var text: String

    /// See the properties.
    package init(_ value: Double?, style: String, text: String) {
      self.value = value
      self.style = style
      self.text = text
    }
  }

  /// Bars that belong together, with a name before them. The first is the widest.
  package struct Row: Sendable {
    package var label: String
    package var bars: [Bar]

    /// See the properties.
    package init(_ label: String, _ bars: [Bar]) {
      self.label = label
      self.bars = bars
    }
  }

  /// Rows under a title.
  package struct Panel: Sendable {
    package var title: String
    /// What is less important than the title.
    package var note: String
    package var rows: [Row]

    /// See the properties.
    package init(title: String, note: String = "", rows: [Row]) {
      self.title = title
      self.note = note
      self.rows = rows
    }
  }

  /// The heading.
  package var title: String
  /// Below the heading.
  package var subtitle: String
  /// What is shown, for those who cannot see it.
  package var summary: String
  /// Below all panels.
  package var footnote = ""
  /// What styles of bars mean.
  package var legend: [(label: String, style: String)] = []
  /// From left to right, then down.
  package var panels: [Panel]
  /// How many panels stand side by side.
  package var columns = 1
  /// Whether a pixel stands for the same in all panels.
  package var sharesScale = true
  /// Pixels of a panel.
  package var panelWidth = 712.0

  /// A chart of panels.
  package init(title: String, subtitle: String, summary: String, panels: [Panel]) {
    self.title = title
    self.subtitle = subtitle
    self.summary = summary
    self.panels = panels
  }

  private static let (margin, top, headHeight, rowGap) = (24.0, 76.0, 34.0, 8.0)
  private static let (barHeights, barGap) = ([18.0, 12.0], 2.0)
  /// Room that text is given, by the column.
  private static let columnWidth = 7.6

  private func height(_ row: Row) -> Double {
    row.bars.indices.reduce(Self.rowGap) { $0 + Self.height(ofBar: $1) + Self.barGap }
  }

  private static func height(ofBar number: Int) -> Double {
    barHeights[min(number, barHeights.count - 1)]
  }

  private func height(_ panel: Panel) -> Double {
    Self.headHeight + (panel.note.isEmpty || !isNoteBelow ? 0 : 18)
      + panel.rows.reduce(14) { $0 + height($1) }
  }

  /// Where panels are narrow, the note has a line of its own.
  private var isNoteBelow: Bool { columns > 1 }

  /// The picture.
  package var svg: String {
    let width = Self.margin + Double(columns) * (panelWidth + Self.margin)
    var children = [
      SVGElement(
        "text", ["class": "heading", "x": Self.margin, "y": 34], text: shortened(title, width - 60)),
      text(subtitle, x: Self.margin, y: 56, style: "quiet"),
    ]
    children += legendElements(right: width - Self.margin)
    var y = Self.top
    for start in stride(from: 0, to: panels.count, by: columns) {
      let row = panels[start..<min(start + columns, panels.count)]
      for (column, panel) in row.enumerated() {
        let x = Self.margin + Double(column) * (panelWidth + Self.margin)
        children += elements(of: panel, x: x, y: y)
      }
      y += row.map(height).max() ?? 0
    }
    if !footnote.isEmpty {
      children.append(text(footnote, x: Self.margin, y: y + 20, style: "quiet"))
    }
    return SVGElement.document(
      width: width, height: y + (footnote.isEmpty ? 10 : 36), title: title, summary: summary,
      children)
  }

  private func legendElements(right: Double) -> [SVGElement] {
    let widths = legend.map { 46 + Self.columnWidth * Double($0.label.displayWidth) }
    var x = right - widths.reduce(0, +)
    return zip(legend, widths).flatMap { entry, width -> [SVGElement] in
      defer { x += width }
      return [
        SVGElement(
          "rect",
          [
            "class": "bar \(entry.style)", "x": x, "y": 46.0, "width": 22.0, "height": 11.0,
            "rx": "2",
          ]),
        text(entry.label, x: x + 28, y: 56, style: "quiet"),
      ]
    }
  }

  private func elements(of panel: Panel, x: Double, y: Double) -> [SVGElement] {
    let labels = panels.flatMap(\.rows).map { $0.label.displayWidth }.max() ?? 0
    let labelWidth = min(Double(labels) * Self.columnWidth + 14, panelWidth * 0.4)
    let noteWidth =
      Double(panels.flatMap(\.rows).flatMap(\.bars).map { $0.text.displayWidth }.max() ?? 0)
      * Self.columnWidth + 10
    let room = max(panelWidth - labelWidth - noteWidth, 40)
    let longest =
      (sharesScale ? panels : [panel]).flatMap(\.rows).flatMap(\.bars)
      .compactMap(\.value).max() ?? 0
    var elements = [
      SVGElement("line", ["class": "gridline", "x1": x, "x2": x + panelWidth, "y1": y, "y2": y]),
      text(shortened(panel.title, panelWidth * 0.6), x: x, y: y + 22, style: "strong"),
    ]
    var top = y + Self.headHeight
    if !panel.note.isEmpty {
      if isNoteBelow {
        elements.append(text(panel.note, x: x, y: y + 40, style: "quiet"))
        top += 18
      } else {
        elements.append(
          text(panel.note, x: x + panelWidth, y: y + 22, style: "quiet", anchor: "end"))
      }
    }
    for row in panel.rows {
      var group = SVGElement("g", [:], [SVGElement("title", text: "\(panel.title), \(row.label)")])
      group.append(
        text(
          shortened(row.label, labelWidth - 10), x: x + labelWidth - 10, y: top + 14, anchor: "end")
      )
      var place = top
      for (number, bar) in row.bars.enumerated() {
        let height = Self.height(ofBar: number)
        var end = x + labelWidth
        if let value = bar.value {
          let length = longest > 0 ? max(value / longest * room, 0) : 0
          group.append(
            SVGElement(
              "rect",
              [
                "class": "bar \(bar.style)", "x": end, "y": place, "width": length,
                "height": height, "rx": "2",
              ]))
          end += length + 8
        }
        group.append(
          text(
            bar.text, x: end, y: place + height - (number == 0 ? 4 : 1.5),
            style: number == 0 && bar.value != nil ? nil : number == 0 ? "quiet" : "quiet small"))
        place += height + Self.barGap
      }
      elements.append(group)
      top += height(row)
    }
    return elements
  }

  /// `text` cut to a width in pixels.
  private func shortened(_ text: String, _ width: Double) -> String {
    let columns = Int(width / Self.columnWidth)
    let visible = text.escapingControlCharacters
    guard visible.displayWidth > columns else { return visible }
    return visible.prefix(displayWidth: max(columns - 1, 1)) + "…"
  }

  private func text(
    _ text: String, x: Double, y: Double, style: String? = nil, anchor: String? = nil
  ) -> SVGElement {
    SVGElement("text", ["class": style, "x": x, "y": y, "text-anchor": anchor], text: text)
  }
}
