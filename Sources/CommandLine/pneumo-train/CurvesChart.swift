import PneumoChart
import PneumoExperiment
import PneumoSupport

/// Accuracy and loss over the epochs, training and validation, as a picture (SVG).
struct CurvesChart: Sendable {
  private let history: History
  private let title: String
  private let bestEpoch: Int

  private static let (width, height) = (900.0, 400.0)
  private static let panel = (width: 370.0, height: 250.0)
  private static let top = 84.0

  /// A chart with a title.
  init(history: History, title: String, bestEpoch: Int) {
    self.history = history
    self.title = title
    self.bestEpoch = bestEpoch
  }

  /// A line of a panel.
  private struct Series {
    let name: String
    let style: String
    let values: [Double?]
  }

  /// The picture: dark where its viewer is, without scripts.
  var svg: String {
    let records = history.records
    let best = history.records.firstIndex { $0.epoch == bestEpoch }
    let accuracy = [
      Series(name: "training", style: "train", values: records.map(\.accuracy)),
      Series(name: "validation", style: "val", values: records.map(\.valAccuracy)),
    ]
    var loss = [
      Series(name: "training", style: "train", values: records.map(\.dataLoss)),
      Series(name: "validation", style: "val", values: records.map(\.valDataLoss)),
    ]
    if records.contains(where: { $0.penalty > 0 }) {
      loss.append(
        Series(name: "training with penalty", style: "train thin", values: records.map(\.loss)))
    }
    return """
      <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(Int(Self.width)) \(Int(Self.height))" \
      role="img" font-family="system-ui, sans-serif" font-size="12">
      <title>\(title.markupEscaped)</title>
      <desc>Accuracy and cross-entropy of training and validation over \(records.count) epochs.</desc>
      <style>
        svg { background: #ffffff; color: #1f2933; }
        text { fill: currentColor; }
        .quiet { fill: #66727f; }
        .grid { stroke: #dfe3e8; stroke-width: 1; }
        .train, .val { fill: none; stroke-width: 2.2; stroke-linejoin: round; stroke-linecap: round; }
        .train { stroke: #d55e00; } .val { stroke: #0072b2; }
        .thin { stroke-width: 1.2; stroke-dasharray: 4 4; }
        .dot { stroke: none; } .dot.train { fill: #d55e00; } .dot.val { fill: #0072b2; }
        .best { stroke: #66727f; stroke-width: 1; stroke-dasharray: 2 3; }
        @media (prefers-color-scheme: dark) {
          svg { background: #14181d; color: #e6e9ed; }
          .quiet { fill: #98a3b0; } .grid { stroke: #2c343d; } .best { stroke: #98a3b0; }
          .train { stroke: #f0955a; } .val { stroke: #56b4e9; }
          .dot.train { fill: #f0955a; } .dot.val { fill: #56b4e9; }
        }
      </style>
      <text x="52" y="32" font-size="17" font-weight="600">\(title.markupEscaped)</text>
      \(panel("Accuracy", accuracy, left: 52, best: best, startsAtZero: false))
      \(panel("Cross-entropy", loss, left: 502, best: best, startsAtZero: true))
      </svg>

      """
  }

  private func panel(
    _ name: String, _ series: [Series], left: Double, best: Int?, startsAtZero: Bool
  ) -> String {
    let values = series.flatMap(\.values).compactMap { $0 }.filter(\.isFinite)
    let least = startsAtZero ? 0 : values.min() ?? 0
    let axis = Axis.linear(
      name, from: least, to: max(values.max() ?? 1, least + 1e-6), isShare: !startsAtZero)
    let count = history.records.count
    func x(_ index: Int) -> Double {
      left + (count > 1 ? Double(index) / Double(count - 1) : 0.5) * Self.panel.width
    }
    func y(_ value: Double) -> Double {
      Self.top + (1 - axis.place(value)) * Self.panel.height
    }
    var lines = ["<text x=\"\(number(left))\" y=\"64\" font-weight=\"600\">\(name)</text>"]
    for tick in axis.ticks {
      let height = number(y(tick.value))
      lines.append(
        "<line class=\"grid\" x1=\"\(number(left))\" x2=\"\(number(left + Self.panel.width))\" "
          + "y1=\"\(height)\" y2=\"\(height)\"/>")
      lines.append(
        "<text class=\"quiet\" x=\"\(number(left - 8))\" y=\"\(number(y(tick.value) + 4))\" "
          + "text-anchor=\"end\">\(tick.label)</text>")
    }
    let step = max(1, (count + 9) / 10)
    for index in stride(from: 0, to: count, by: step) {
      lines.append(
        "<text class=\"quiet\" x=\"\(number(x(index)))\" y=\"\(number(Self.top + Self.panel.height + 18))\" "
          + "text-anchor=\"middle\">\(history.records[index].epoch)</text>")
    }
    lines.append(
      "<text class=\"quiet\" x=\"\(number(left + Self.panel.width / 2))\" "
        + "y=\"\(number(Self.top + Self.panel.height + 38))\" text-anchor=\"middle\">epoch</text>")
    if let best {
      lines.append(
        "<line class=\"best\" x1=\"\(number(x(best)))\" x2=\"\(number(x(best)))\" y1=\"\(number(Self.top))\" "
          + "y2=\"\(number(Self.top + Self.panel.height))\"/>")
    }
    for line in series {
      let points = line.values.enumerated().compactMap { index, value -> (Double, Double)? in
        guard let value, value.isFinite else { return nil }
        return (x(index), y(value))
      }
      let path = points.map { "\(number($0.0)),\(number($0.1))" }.joined(separator: " ")
      lines.append("<polyline class=\"\(line.style)\" points=\"\(path)\"/>")
      if points.count < 40, !line.style.hasSuffix("thin") {
        for point in points {
          lines.append(
            "<circle class=\"dot \(line.style)\" cx=\"\(number(point.0))\" cy=\"\(number(point.1))\" r=\"2.6\"/>"
          )
        }
      }
    }
    var legend = left + 110
    for line in series {
      lines.append(
        "<line class=\"\(line.style)\" x1=\"\(number(legend))\" x2=\"\(number(legend + 18))\" y1=\"60\" y2=\"60\"/>"
      )
      lines.append("<text x=\"\(number(legend + 23))\" y=\"64\">\(line.name)</text>")
      legend += 36 + 6.3 * Double(line.name.count)
    }
    if let best, let value = series[1].values[best] {
      let place = x(best) > left + Self.panel.width * 0.6 ? (-6.0, "end") : (6.0, "start")
      lines.append(
        "<text class=\"quiet\" x=\"\(number(x(best) + place.0))\" y=\"\(number(Self.top + 14))\" "
          + "text-anchor=\"\(place.1)\">epoch \(history.records[best].epoch): \(Format.fixed(value, 4))</text>"
      )
    }
    return lines.joined(separator: "\n")
  }

  private func number(_ value: Double) -> String { Format.fixed(value, 1) }
}
