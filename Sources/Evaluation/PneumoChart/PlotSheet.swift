import PneumoSupport

/// Plots side by side under a title, as a picture (SVG) in a file of its own.
package struct PlotSheet: Sendable {
  private let title: String
  private let summary: String
  private let plots: [Plot]

  private static let (margin, top, legendHeight) = (20.0, 56.0, 50.0)

  /// A picture of plots.
  ///
  /// - Parameter summary: what they show, for those who cannot see them.
  package init(title: String, summary: String, _ plots: [Plot]) {
    self.title = title
    self.summary = summary
    self.plots = plots
  }

  /// The picture.
  package var svg: String {
    let step = Plot.width + Self.margin
    var children = [
      SVGElement("text", ["class": "heading", "x": Self.margin, "y": 34], text: title)
    ]
    for (index, plot) in plots.enumerated() {
      let left = Self.margin + Double(index) * step
      children.append(
        SVGElement("text", ["class": "strong", "x": left, "y": Self.top + 12], text: plot.title))
      children += legend(plot.legend, x: left, y: Self.top + 22)
      children.append(plot.svg(at: (left, Self.top + Self.legendHeight)))
    }
    return SVGElement.document(
      width: Self.margin + Double(max(plots.count, 1)) * step,
      height: Self.top + Self.legendHeight + Plot.height + Self.margin, title: title,
      summary: summary, children)
  }

  private func legend(_ entries: [Plot.LegendEntry], x left: Double, y: Double) -> [SVGElement] {
    var x = left
    return entries.flatMap { entry -> [SVGElement] in
      defer { x += 48 + 7.2 * Double(entry.label.displayWidth) }
      return [
        SVGElement("svg", ["x": x, "y": y, "width": "26", "height": "12"], [entry.mark]),
        SVGElement("text", ["x": x + 32, "y": y + 10.5], text: entry.label),
      ]
    }
  }
}
