import PneumoSupport

/// A diagram with two axes (SVG). ``ChartStyle`` has its colors.
///
/// What `note` notes is shown by a page's script where a pointer comes near, or an arrow key leads.
package struct Plot: Sendable {
  /// A place that tells its numbers.
  private struct Note {
    let x, y: Double
    let text: String
  }

  /// A name for a line or mark.
  package struct LegendEntry: Sendable {
    /// What it is called.
    package let label: String
    /// Classes of the mark; the first, `line`, `dot` or `bar`, says which shape.
    package let style: String

    /// The mark, 26 by 12 pixels.
    package var mark: SVGElement {
      if style.hasPrefix("line") {
        SVGElement("line", ["class": style, "x1": "0", "x2": "26", "y1": "6", "y2": "6"])
      } else if style.hasPrefix("dot") {
        SVGElement("circle", ["class": style, "cx": "13", "cy": "6", "r": "4"])
      } else {
        SVGElement("rect", ["class": style, "x": "5", "width": "16", "height": "12"])
      }
    }
  }

  /// What is shown, in a few words.
  package let title: String
  /// What lines and marks mean.
  package private(set) var legend: [LegendEntry] = []
  private let summary: String
  private let x, y: Axis
  private let name: String?
  private var marks: [SVGElement] = []
  private var notes: [Note] = []

  /// Pixels of the drawing.
  static let (width, height) = (460.0, 340.0)
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

  /// A line through points, which the legend names where there is a label. What lies beyond the axes
  /// is cut off.
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
      path.append("\(place.x.svgText),\(place.y.svgText)")
      last = place
    }
    // An svg within an svg cuts off what lies outside; 3 pixels more leave a line on a border whole.
    let frame = [
      Self.left - 3, Self.top - 3, Self.right - Self.left + 6, Self.bottom - Self.top + 6,
    ].map(\.svgText)
    marks.append(
      SVGElement(
        "svg",
        [
          "x": frame[0], "y": frame[1], "width": frame[2], "height": frame[3],
          "viewBox": frame.joined(separator: " "),
        ],
        [
          SVGElement(
            "polyline", ["class": "line \(style)", "points": path.joined(separator: " ")])
        ]))
    if let label { legend.append(LegendEntry(label: label, style: "line \(style)")) }
  }

  /// A round mark.
  package mutating func dot(
    x: Double, y: Double, style: String, name: String? = nil, radius: Double = 4
  ) {
    marks.append(
      SVGElement(
        "circle",
        [
          "class": "dot \(style)", "data-name": name, "cx": pixel(x: x), "cy": pixel(y: y),
          "r": radius,
        ]))
  }

  /// A bar that stands on the lower axis.
  package mutating func bar(
    from low: Double, to high: Double, height: Double, style: String
  ) {
    rectangle(low...high, 0...max(height, 0), style: "bar \(style)")
  }

  /// A rectangle, such as a band of uncertainty.
  package mutating func rectangle(
    _ columns: ClosedRange<Double>, _ rows: ClosedRange<Double>, style: String
  ) {
    let (x0, x1) = (pixel(x: columns.lowerBound), pixel(x: columns.upperBound))
    let (y0, y1) = (pixel(y: rows.upperBound), pixel(y: rows.lowerBound))
    marks.append(
      SVGElement(
        "rect",
        ["class": style, "x": x0, "y": y0, "width": max(x1 - x0, 0), "height": max(y1 - y0, 0)]))
  }

  /// An upright line from the lower axis to the upper border.
  package mutating func rule(x value: Double, style: String, name: String? = nil) {
    let place = pixel(x: value)
    marks.append(
      SVGElement(
        "line",
        [
          "class": "rule \(style)", "data-name": name, "x1": place, "x2": place, "y1": Self.top,
          "y2": Self.bottom,
        ]))
  }

  /// Names a mark that is no line in the legend.
  package mutating func name(_ label: String, style: String) {
    legend.append(LegendEntry(label: label, style: style))
  }

  /// Says what a place means.
  package mutating func note(x: Double, y: Double, _ text: String) {
    notes.append(Note(x: pixel(x: x), y: pixel(y: y), text: text))
  }

  /// The drawing, which stands in a page or in another drawing.
  ///
  /// - Parameter origin: where its upper left corner is in another drawing; `nil` in a page.
  package func svg(at origin: (x: Double, y: Double)? = nil) -> SVGElement {
    let frame = [Self.left, Self.top, Self.right, Self.bottom].map(\.svgText)
    let notes = JSON.array(
      self.notes.map { note in
        .array([.string(note.x.svgText), .string(note.y.svgText), .string(note.text)])
      })
    let isInPage = origin == nil
    var svg = SVGElement(
      "svg",
      [
        "class": "plot", "viewBox": "0 0 \(Int(Self.width)) \(Int(Self.height))",
        "x": origin?.x, "y": origin?.y, "width": isInPage ? nil : Self.width,
        "height": isInPage ? nil : Self.height, "role": "img", "tabindex": isInPage ? "0" : nil,
        "aria-label": "\(title): \(summary)", "data-frame": frame.joined(separator: " "),
        "data-scale": x.scale.rawValue,
        "data-x": "\(x.range.lowerBound) \(x.range.upperBound)",
        "data-y": "\(y.range.lowerBound) \(y.range.upperBound)", "data-plot": name,
        "data-notes": isInPage ? notes.text : nil,
      ])
    for tick in y.ticks {
      let place = pixel(y: tick.value)
      svg.append(gridline(x1: Self.left, x2: Self.right, y1: place, y2: place))
      svg.append(label(tick.label, x: Self.left - 8, y: place + 4.5, anchor: "end"))
    }
    for tick in x.ticks {
      let place = pixel(x: tick.value)
      svg.append(gridline(x1: place, x2: place, y1: Self.top, y2: Self.bottom))
      svg.append(label(tick.label, x: place, y: Self.bottom + 19, anchor: "middle"))
    }
    svg.append(
      label(x.title, x: (Self.left + Self.right) / 2, y: Self.bottom + 42, anchor: "middle"))
    let middle = ((Self.top + Self.bottom) / 2).svgText
    svg.append(
      SVGElement(
        "text",
        [
          "class": "quiet", "transform": "translate(13 \(middle)) rotate(-90)",
          "text-anchor": "middle",
        ], text: y.title))
    for mark in marks { svg.append(mark) }
    if isInPage {
      svg.append(SVGElement("circle", ["class": "cursor", "r": "5", "visibility": "hidden"]))
    }
    return svg
  }

  private func gridline(x1: Double, x2: Double, y1: Double, y2: Double) -> SVGElement {
    SVGElement("line", ["class": "gridline", "x1": x1, "x2": x2, "y1": y1, "y2": y2])
  }

  private func label(_ text: String, x: Double, y: Double, anchor: String) -> SVGElement {
    SVGElement("text", ["class": "quiet", "x": x, "y": y, "text-anchor": anchor], text: text)
  }
}
