import PneumoSupport

/// A census as a picture (SVG): for each split and class a bar of images, and below it one of
/// patients. Dark where its viewer is, without scripts.
package struct CensusChart: Sendable {
  private let census: Census
  private let title: String

  /// A chart with a title.
  package init(_ census: Census, title: String) {
    self.census = census
    self.title = title
  }

  // In pixels.
  private static let width = 760
  private static let margin = 24
  private static let top = 92
  private static let headHeight = 34
  private static let rowHeight = 42
  private static let splitGap = 14
  private static let imageBar = 18
  private static let patientBar = 8
  /// Room for what is written behind a bar.
  private static let noteWidth = 220
  /// After Okabe and Ito, for all kinds of color vision; lighter ones for dark ground.
  private static let colors: [(light: String, dark: String)] = [
    ("#0072b2", "#56b4e9"), ("#d55e00", "#f0955a"), ("#009e73", "#3fc79f"),
    ("#b0508c", "#e29ac4"), ("#b37c00", "#e8b84a"),
  ]

  private var height: Int {
    let rows = census.splits.count * census.collection.classes.count
    return Self.top + census.splits.count * (Self.headHeight + Self.splitGap)
      + rows * Self.rowHeight + 34
  }

  private var labelWidth: Int {
    let longest = census.collection.classes.map { Self.shortened($0).count }.max() ?? 0
    return Self.margin + 12 + longest * 9
  }

  /// The picture.
  package var svg: String {
    var lines = [
      """
      <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(Self.width) \(height)" role="img" \
      font-family="system-ui, 'DejaVu Sans', sans-serif" font-size="13">
      <title>\(markup(title))</title>
      <desc>\(markup(description))</desc>
      <style>
        svg { background: #ffffff; color: #1f2933; }
        text { fill: currentColor; }
        .quiet { fill: #5b6672; } .rule { stroke: #dfe3e8; } .key { fill: #7b8794; }
        .patients { opacity: 0.5; }
      \(fills(Self.colors.map(\.light)))
        @media (prefers-color-scheme: dark) {
          svg { background: #14181d; color: #e6e9ed; }
          .quiet { fill: #98a3b0; } .rule { stroke: #2c343d; }
      \(fills(Self.colors.map(\.dark)))
        }
      </style>
      """,
      text(title, x: Self.margin, y: 34, "font-size=\"17\" font-weight=\"600\""),
      text(
        "\(Format.grouped(census.all.images)) images of "
          + "\(Format.grouped(census.all.patients)) patients",
        x: Self.margin, y: 56, "class=\"quiet\""),
    ]
    lines += legend
    var y = Self.top
    for split in census.splits {
      lines += panel(split, y: y)
      y += Self.headHeight + Self.splitGap + split.classes.count * Self.rowHeight
    }
    lines.append(text(footnote, x: Self.margin, y: height - 16, "class=\"quiet\" font-size=\"12\""))
    return lines.joined(separator: "\n") + "\n</svg>\n"
  }

  /// A rule for each color.
  private func fills(_ colors: [String]) -> String {
    colors.enumerated().map { "  .c\($0) { fill: \($1); }" }.joined(separator: "\n")
  }

  private var legend: [String] {
    let x = Self.width - Self.margin - 168
    return [
      rect("key", x: x, y: 44, width: 22, height: 12),
      text("images", x: x + 28, y: 55, "class=\"quiet\""),
      rect("key patients", x: x + 84, y: 47, width: 22, height: 6),
      text("patients", x: x + 112, y: 55, "class=\"quiet\""),
    ]
  }

  private func panel(_ split: Census.Split, y: Int) -> [String] {
    let left = labelWidth
    let room = Double(Self.width - Self.margin - Self.noteWidth - left)
    let most = max(census.splits.flatMap { $0.classes.map(\.images) }.max() ?? 1, 1)
    var lines = [
      "<line class=\"rule\" x1=\"\(Self.margin)\" x2=\"\(Self.width - Self.margin)\" "
        + "y1=\"\(y)\" y2=\"\(y)\"/>",
      text(Self.shortened(split.name, 60), x: Self.margin, y: y + 22, "font-weight=\"600\""),
    ]
    if census.splits.count > 1 {
      lines.append(
        text(
          "\(Format.grouped(split.all.images)) images · "
            + "\(Format.grouped(split.all.patients)) patients",
          x: Self.width - Self.margin, y: y + 22, "class=\"quiet\" text-anchor=\"end\""))
    }
    for (label, count) in split.classes.enumerated() {
      let name = census.collection.classes[label]
      let top = y + Self.headHeight + label * Self.rowHeight
      let color = "c\(label % Self.colors.count)"
      func length(_ value: Int) -> Double { Double(value) / Double(most) * room }
      let share =
        split.all.images > 0
        ? " (\(Format.fixed(100 * Double(count.images) / Double(split.all.images), 1))%)" : ""
      lines.append("<g><title>\(markup("\(split.name), \(name)"))</title>")
      lines.append(
        text(Self.shortened(name), x: left - 10, y: top + 14, "text-anchor=\"end\""))
      lines.append(
        rect(color, x: left, y: top, width: length(count.images), height: Self.imageBar))
      lines.append(
        rect(
          "\(color) patients", x: left, y: top + Self.imageBar + 2, width: length(count.patients),
          height: Self.patientBar))
      let end = left + Int(length(count.images).rounded(.up)) + 8
      lines.append(text("\(Format.grouped(count.images))\(share)", x: end, y: top + 14))
      lines.append(
        text(
          "\(Format.grouped(count.patients)) \(count.patients == 1 ? "patient" : "patients")",
          x: end, y: top + 29, "class=\"quiet\" font-size=\"11\""))
      lines.append("</g>")
    }
    return lines
  }

  private var footnote: String {
    var parts: [String] = []
    if let widths = census.all.widths, let heights = census.all.heights {
      parts.append(
        census.all.sizes == 1
          ? "all of \(widths.minimum) × \(heights.minimum) pixels"
          : "\(widths.minimum) to \(widths.maximum) pixels wide, "
            + "\(heights.minimum) to \(heights.maximum) high")
    }
    let unknown = census.collection.unknownPatients
    if unknown > 0 { parts.append("\(Format.grouped(unknown)) names tell no patient: one each") }
    if census.problems.isEmpty {
      parts.append("no problem with a file")
    } else {
      parts.append("problems: \(Format.grouped(census.problems.count))")
    }
    return parts.joined(separator: " · ")
  }

  private var description: String {
    census.splits.map { split in
      "\(split.name): "
        + zip(census.collection.classes, split.classes).map { name, count in
          "\(name) \(count.images) images of \(count.patients) patients"
        }.joined(separator: ", ")
    }.joined(separator: "; ")
  }

  private static func shortened(_ name: String, _ length: Int = 22) -> String {
    name.count > length ? "\(name.prefix(length - 1))…" : name
  }

  private func markup(_ text: String) -> String { Format.markup(Format.visible(text)) }

  private func text(_ text: String, x: Int, y: Int, _ attributes: String = "") -> String {
    let space = attributes.isEmpty ? "" : " "
    return "<text x=\"\(x)\" y=\"\(y)\"\(space)\(attributes)>\(markup(text))</text>"
  }

  private func rect(_ style: String, x: Int, y: Int, width: Double, height: Int) -> String {
    "<rect class=\"\(style)\" x=\"\(x)\" y=\"\(y)\" width=\"\(Format.fixed(width, 1))\" "
      + "height=\"\(height)\" rx=\"2\"/>"
  }
}
