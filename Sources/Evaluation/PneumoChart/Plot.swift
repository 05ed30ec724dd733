import PneumoSupport

/// A diagram with two axes, as SVG that takes its colours from the page it stands on.
///
/// Marks have classes: `series0` to `series5` are told apart by colour and dashes, `positive` and
/// `negative` are the two classes, `quiet` is what is less important, `chance` a diagonal.
/// ``Plot/style`` has colours for all. What `note` notes is shown where a pointer comes near, or an arrow
/// key leads.
package struct Plot: Sendable {
  /// A place that tells its numbers.
  private struct Note {
    let x, y: Double
    let text: String
  }

  /// What is shown, in a few words.
  package let title: String
  private let summary: String
  private let x, y: Axis
  private let name: String?
  private var marks: [String] = []
  private var notes: [Note] = []
  private var legend: [(label: String, style: String)] = []

  private static let (width, height) = (460.0, 340.0)
  private static let (left, top, right, bottom) = (60.0, 14.0, 448.0, 284.0)

  /// An empty plot.
  ///
  /// - Parameters:
  ///   - summary: what it shows, in a sentence for those who cannot see it.
  ///   - name: by which a script finds it.
  package init(title: String, summary: String, x: Axis, y: Axis, name: String? = nil) {
    self.title = title
    self.summary = summary
    self.x = x
    self.y = y
    self.name = name
  }

  private func pixel(x value: Double) -> Double {
    Self.left + x.place(value) * (Self.right - Self.left)
  }
  private func pixel(y value: Double) -> Double {
    Self.bottom - y.place(value) * (Self.bottom - Self.top)
  }

  /// A line through points, which the legend names where there is a label. What lies beyond the axes is
  /// cut off.
  package mutating func line(
    _ points: [(x: Double, y: Double)], style: String, label: String? = nil
  ) {
    var path: [String] = []
    var last = (x: -1.0, y: -1.0)
    for (index, point) in points.enumerated() {
      let place = (
        x: Self.left + x.distance(point.x) * (Self.right - Self.left),
        y: Self.bottom - y.distance(point.y) * (Self.bottom - Self.top)
      )
      // Closer than can be seen.
      let isFar = abs(place.x - last.x) + abs(place.y - last.y) > 0.4
      guard isFar || index + 1 == points.count else { continue }
      path.append("\(number(place.x)),\(number(place.y))")
      last = place
    }
    // An svg within an svg cuts off what lies outside; 3 pixels more leave a line on a border whole.
    let (width, height) = (Self.right - Self.left + 6, Self.bottom - Self.top + 6)
    let corner = (number(Self.left - 3), number(Self.top - 3))
    marks.append(
      "<svg x=\"\(corner.0)\" y=\"\(corner.1)\" width=\"\(number(width))\" "
        + "height=\"\(number(height))\" viewBox=\"\(corner.0) \(corner.1) \(number(width)) "
        + "\(number(height))\"><polyline class=\"line \(style)\" "
        + "points=\"\(path.joined(separator: " "))\"/></svg>")
    if let label { legend.append((label, "line \(style)")) }
  }

  /// A round mark.
  package mutating func dot(
    x: Double, y: Double, style: String, name: String? = nil, radius: Double = 4
  ) {
    marks.append(
      "<circle class=\"dot \(style)\"\(attribute("data-name", name)) cx=\"\(number(pixel(x: x)))\" "
        + "cy=\"\(number(pixel(y: y)))\" r=\"\(number(radius))\"/>")
  }

  /// A bar that stands on the lower axis.
  package mutating func bar(
    from low: Double, to high: Double, height: Double, style: String
  ) {
    rectangle(low...high, 0...max(height, 0), style: "bar \(style)")
  }

  /// A rectangle, as a band of uncertainty.
  package mutating func rectangle(
    _ columns: ClosedRange<Double>, _ rows: ClosedRange<Double>, style: String
  ) {
    let (x0, x1) = (pixel(x: columns.lowerBound), pixel(x: columns.upperBound))
    let (y0, y1) = (pixel(y: rows.upperBound), pixel(y: rows.lowerBound))
    marks.append(
      "<rect class=\"\(style)\" x=\"\(number(x0))\" y=\"\(number(y0))\" "
        + "width=\"\(number(max(x1 - x0, 0)))\" height=\"\(number(max(y1 - y0, 0)))\"/>")
  }

  /// An upright line from an axis to the other side.
  package mutating func rule(x value: Double, style: String, name: String? = nil) {
    let place = number(pixel(x: value))
    marks.append(
      "<line class=\"rule \(style)\"\(attribute("data-name", name)) x1=\"\(place)\" x2=\"\(place)\" "
        + "y1=\"\(number(Self.top))\" y2=\"\(number(Self.bottom))\"/>")
  }

  /// Names a mark that is no line in the legend.
  package mutating func name(_ label: String, style: String) { legend.append((label, style)) }

  /// Says what a place means.
  package mutating func note(x: Double, y: Double, _ text: String) {
    notes.append(Note(x: pixel(x: x), y: pixel(y: y), text: Format.visible(text)))
  }

  /// The picture. It has no colours of its own; see ``Plot/style``.
  package var svg: String {
    let frame = [Self.left, Self.top, Self.right, Self.bottom].map(number)
    var text = """
      <svg class="plot" viewBox="0 0 \(Int(Self.width)) \(Int(Self.height))" role="img" \
      tabindex="0" aria-label="\(escaped("\(title): \(summary)"))" \
      data-frame="\(frame.joined(separator: " "))" data-scale="\(x.scale.rawValue)" \
      data-x="\(x.range.lowerBound) \(x.range.upperBound)" \
      data-y="\(y.range.lowerBound) \(y.range.upperBound)"\(attribute("data-plot", name)) \
      data-notes="\(Format.markup(notesText))">

      """
    for tick in y.ticks {
      let place = pixel(y: tick.value)
      text += "<line class=\"grid\" x1=\"\(frame[0])\" x2=\"\(frame[2])\" "
      text += "y1=\"\(number(place))\" y2=\"\(number(place))\"/>"
      text += label(tick.label, x: Self.left - 8, y: place + 4.5, anchor: "end")
    }
    for tick in x.ticks {
      let place = pixel(x: tick.value)
      text += "<line class=\"grid\" y1=\"\(frame[1])\" y2=\"\(frame[3])\" "
      text += "x1=\"\(number(place))\" x2=\"\(number(place))\"/>"
      text += label(tick.label, x: place, y: Self.bottom + 19, anchor: "middle")
    }
    text += label(
      x.title, x: (Self.left + Self.right) / 2, y: Self.bottom + 42, anchor: "middle")
    text += """
      <text class="quiet" transform="translate(13 \(number((Self.top + Self.bottom) / 2))) \
      rotate(-90)" text-anchor="middle">\(escaped(y.title))</text>

      """
    text += marks.joined(separator: "\n")
    text += "\n<circle class=\"cursor\" r=\"5\" visibility=\"hidden\"/>\n</svg>\n"
    return text
  }

  /// What lines and marks mean, as HTML; empty where nothing has a name.
  package var legendMarkup: String {
    guard !legend.isEmpty else { return "" }
    let entries = legend.map { entry in
      let mark =
        entry.style.hasPrefix("line")
        ? "<line class=\"\(entry.style)\" x1=\"0\" x2=\"26\" y1=\"6\" y2=\"6\"/>"
        : entry.style.hasPrefix("dot")
          ? "<circle class=\"\(entry.style)\" cx=\"13\" cy=\"6\" r=\"4\"/>"
          : "<rect class=\"\(entry.style)\" x=\"5\" width=\"16\" height=\"12\"/>"
      return "<li><svg viewBox=\"0 0 26 12\" aria-hidden=\"true\">\(mark)</svg>"
        + "\(escaped(entry.label))</li>"
    }
    return "<ul class=\"legend\">\(entries.joined())</ul>\n"
  }

  private var notesText: String {
    notes.map { "\(number($0.x))\t\(number($0.y))\t\($0.text)" }.joined(separator: "\n")
  }

  private func label(_ text: String, x: Double, y: Double, anchor: String) -> String {
    "<text class=\"quiet\" x=\"\(number(x))\" y=\"\(number(y))\" text-anchor=\"\(anchor)\">"
      + "\(escaped(text))</text>\n"
  }

  private func attribute(_ name: String, _ value: String?) -> String {
    value.map { " \(name)=\"\(escaped($0))\"" } ?? ""
  }

  /// Control characters, as names may have, are spelt out.
  private func escaped(_ text: String) -> String { Format.markup(Format.visible(text)) }

  private func number(_ value: Double) -> String { Format.fixed(value, 1) }
}
