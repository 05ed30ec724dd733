import PneumoChart
import PneumoEvaluation
import PneumoSupport

/// How often each class gets which probability, as shares of the class.
func histogramFigure(
  _ scores: [Double], labels: [Int], classes: [String], threshold: Double
) -> Figure {
  let axis = Axis.logit("probability of \(classes[1])")
  let count = 40
  var counts = [[Int]](repeating: [Int](repeating: 0, count: count), count: 2)
  for (score, label) in zip(scores, labels) {
    counts[label][min(Int(axis.place(score) * Double(count)), count - 1)] += 1
  }
  let totals = counts.map { Double(max($0.reduce(0, +), 1)) }
  let shares = zip(counts, totals).map { row, total in row.map { Double($0) / total } }
  let highest = max(shares.flatMap(\.self).max() ?? 1, 0.01)
  let edges = (0...count).map { edge in
    sigmoid(logit(axis.range.upperBound) * (2 * Double(edge) / Double(count) - 1))
  }
  var plot = Plot(
    title: "Scores by class",
    summary: "histogram of the probability of \(classes[1]) for each class",
    x: axis, y: .linear("share of the class", from: 0, to: highest), name: "histogram")
  for (label, style) in [(0, "negative"), (1, "positive")] {
    for bin in 0..<count where counts[label][bin] > 0 {
      plot.bar(
        from: edges[bin], to: edges[bin + 1], height: shares[label][bin], style: style)
    }
    plot.name(classes[label], style: "bar \(style)")
  }
  plot.rule(x: threshold, style: "mark", name: "threshold")
  func range(_ bin: Int) -> String {
    let low = bin == 0 ? "0" : probabilityText(edges[bin])
    return "\(low)–\(bin + 1 == count ? "1" : probabilityText(edges[bin + 1]))"
  }
  for bin in 0..<count where counts[0][bin] + counts[1][bin] > 0 {
    plot.note(
      x: sigmoid((logit(edges[bin]) + logit(edges[bin + 1])) / 2),
      y: max(shares[0][bin], shares[1][bin]),
      "\(range(bin)): \(counts[0][bin]) \(classes[0]), \(counts[1][bin]) \(classes[1])")
  }
  return Figure(
    plot,
    table: TableContent(
      head: ["probability"] + classes,
      rows: (0..<count).filter { counts[0][$0] + counts[1][$0] > 0 }.map {
        [range($0), "\(counts[0][$0])", "\(counts[1][$0])"]
      }))
}

/// How often probabilities come true, before and after temperature scaling.
///
/// - Parameter what: what the probability is of.
func reliabilityFigure(
  _ before: CalibrationBins, _ after: CalibrationBins?, what: String
) -> Figure {
  func error(_ bins: CalibrationBins) -> String {
    bins.expectedError.map { Format.fixed($0, 4) } ?? "–"
  }
  var plot = Plot(
    title: "Reliability",
    summary: "calibration error \(error(before)) as it is"
      + (after.map { ", \(error($0)) after temperature scaling" } ?? ""),
    x: .share("mean probability of \(what)"), y: .share("observed fraction"))
  plot.line([(0, 0), (1, 1)], style: "chance", label: "perfectly calibrated")
  let all =
    [("as it is", "series0", before)]
    + (after.map { [("after temperature scaling", "series1", $0)] } ?? [])
  for (label, style, bins) in all {
    let full = bins.bins.filter { $0.count > 0 }
    let points = full.compactMap { bin in
      bin.meanProbability.flatMap { x in bin.shareOfPositives.map { (x, $0) } }
    }
    if style == "series0" {
      for (point, bin) in zip(points, full) {
        guard let interval = bin.interval else { continue }
        plot.rectangle(point.0 - 0.004...point.0 + 0.004, interval, style: "band")
      }
    }
    plot.line(points, style: style, label: "\(label), ECE \(error(bins))")
    for (point, bin) in zip(points, full) {
      plot.dot(x: point.0, y: point.1, style: style, radius: 3.5)
      plot.note(
        x: point.0, y: point.1,
        "\(label): of \(bin.count) with a mean of \(Format.fixed(point.0, 3)), "
          + "\(percent(point.1)) observed")
    }
  }
  return Figure(
    plot,
    table: TableContent(
      head: ["", "images", "mean probability", "observed fraction"],
      rows: all.flatMap { label, _, bins in
        bins.bins.filter { $0.count > 0 }.map { bin in
          [
            label, "\(bin.count)", bin.meanProbability.map { Format.fixed($0, 4) } ?? "",
            bin.shareOfPositives.map { Format.fixed($0, 4) } ?? "",
          ]
        }
      }))
}
