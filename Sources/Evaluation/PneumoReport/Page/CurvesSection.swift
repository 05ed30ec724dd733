import PneumoChart
import PneumoEvaluation
import PneumoSupport

/// A curve with its name, for figures that compare.
struct NamedCurve {
  let name: String
  let points: [CurvePoint]
  let evaluation: BinaryEvaluation
  let share: Double

  /// `nil` where a class is absent.
  init?(_ name: String, _ evaluation: BinaryEvaluation) {
    guard let points = evaluation.cases.curve() else { return nil }
    self.name = name
    self.points = points
    self.evaluation = evaluation
    let confusion = evaluation.confusion
    share =
      Double(confusion.truePositives + confusion.falseNegatives)
      / Double(max(confusion.count, 1))
  }
}

private let seriesCount = 6

/// ROC and precision-recall, side by side where there is room.
struct CurvesSection: SectionContent {
  static let template = "curves"

  let figures: [Figure]

  /// `nil` without a curve.
  init?(_ curves: [NamedCurve]) {
    guard !curves.isEmpty else { return nil }
    figures = rocFigures(curves) + [precisionRecallFigure(curves)]
  }
}

/// The receiver operating characteristic of each curve, with its operating point; of good ones also the
/// corner where they differ.
private func rocFigures(_ curves: [NamedCurve]) -> [Figure] {
  let whole = rocFigure(
    curves, title: "ROC curve", x: .share("1 − specificity"), y: .share("recall (sensitivity)"))
  guard curves.contains(where: { ($0.evaluation[.auroc]?.value ?? 0) > 0.95 }) else {
    return [whole]
  }
  let corner = rocFigure(
    curves, title: "ROC curve, upper left corner",
    x: .linear("1 − specificity", from: 0, to: 0.2),
    y: .linear("recall (sensitivity)", from: 0.8, to: 1, isShare: true))
  return [whole, corner]
}

private func rocFigure(
  _ curves: [NamedCurve], title: String, x: Axis, y: Axis
) -> Figure {
  var plot = Plot(
    title: title,
    summary: curves.map { "\($0.name): area \($0.evaluation[.auroc]?.valueText ?? "–")" }
      .joined(separator: ", "),
    x: x, y: y, name: "roc")
  let points = curves.map { curve in
    curve.points.filter { x.range.contains($0.falsePositiveRate) && y.range.contains($0.recall) }
  }
  if y.range.lowerBound == 0 {
    plot.line([(0, 0), (1, 1)], style: "chance", label: "chance")
  }
  for (index, curve) in curves.enumerated() {
    let style = "series\(index % seriesCount)"
    plot.line(
      curve.points.map { ($0.falsePositiveRate, $0.recall) }, style: style,
      label: "\(curve.name), area \(curve.evaluation[.auroc]?.valueText ?? "–")")
    for point in spread(points[index], limit: 150) {
      plot.note(
        x: point.falsePositiveRate, y: point.recall,
        "\(curve.name): above \(thresholdText(point.threshold)) recall \(percent(point.recall)), "
          + "specificity \(percent(1 - point.falsePositiveRate))")
    }
    if let recall = curve.evaluation[.recall]?.value,
      let specificity = curve.evaluation[.specificity]?.value,
      x.range.contains(1 - specificity), y.range.contains(recall)
    {
      plot.dot(x: 1 - specificity, y: recall, style: style, name: "point\(index)", radius: 5)
      plot.note(
        x: 1 - specificity, y: recall,
        "\(curve.name), operating point: recall \(percent(recall)), specificity "
          + percent(specificity))
    }
  }
  return Figure(
    plot,
    table: TableContent(
      head: ["model", "threshold", "recall", "1 − specificity"],
      rows: zip(curves, points).flatMap { curve, points in
        spread(points, limit: 21).map {
          [
            curve.name, thresholdText($0.threshold), Format.fixed($0.recall, 4),
            Format.fixed($0.falsePositiveRate, 4),
          ]
        }
      }))
}

/// Precision by recall of each curve, with its operating point.
private func precisionRecallFigure(_ curves: [NamedCurve]) -> Figure {
  var plot = Plot(
    title: "Precision-recall curve",
    summary: curves.map {
      "\($0.name): average precision \($0.evaluation[.averagePrecision]?.valueText ?? "–")"
    }.joined(separator: ", "),
    x: .share("recall (sensitivity)"), y: .share("precision (PPV)"), name: "pr")
  if let share = curves.first?.share {
    plot.line([(0, share), (1, share)], style: "chance", label: "chance")
  }
  for (index, curve) in curves.enumerated() {
    let style = "series\(index % seriesCount)"
    plot.line(
      curve.points.map { ($0.recall, $0.precision) }, style: style,
      label: "\(curve.name), AP \(curve.evaluation[.averagePrecision]?.valueText ?? "–")")
    for point in spread(curve.points, limit: 150) {
      plot.note(
        x: point.recall, y: point.precision,
        "\(curve.name): above \(thresholdText(point.threshold)) recall \(percent(point.recall)), "
          + "precision \(percent(point.precision))")
    }
    if let recall = curve.evaluation[.recall]?.value,
      let precision = curve.evaluation[.precision]?.value
    {
      plot.dot(x: recall, y: precision, style: style, name: "point\(index)", radius: 5)
    }
  }
  return Figure(
    plot,
    table: TableContent(
      head: ["model", "threshold", "recall", "precision"],
      rows: curves.flatMap { curve in
        spread(curve.points, limit: 21).map {
          [
            curve.name, thresholdText($0.threshold), Format.fixed($0.recall, 4),
            Format.fixed($0.precision, 4),
          ]
        }
      }))
}

/// Recall, specificity and precision at every threshold.
func sweepFigure(_ curve: NamedCurve, threshold: Double) -> Figure {
  var plot = Plot(
    title: "What each threshold gives",
    summary: "recall, specificity and precision by threshold",
    x: .logit("threshold"), y: .share("share"), name: "sweep")
  // Above the last score nothing is positive, below the first all is.
  let points = curve.points.filter { $0.threshold.isFinite }
  for (style, label, value) in [
    ("series0", "recall", { (point: CurvePoint) in point.recall }),
    ("series1", "specificity", { (point: CurvePoint) in 1 - point.falsePositiveRate }),
    ("series2", "precision", { (point: CurvePoint) in point.precision }),
  ] {
    plot.line(points.map { ($0.threshold, value($0)) }, style: style, label: label)
  }
  plot.rule(x: threshold, style: "mark", name: "threshold")
  for point in spread(points, limit: 200) {
    plot.note(
      x: point.threshold, y: point.recall,
      "\(thresholdText(point.threshold)): recall \(percent(point.recall)), specificity "
        + "\(percent(1 - point.falsePositiveRate)), precision \(percent(point.precision))")
  }
  return Figure(
    plot,
    table: TableContent(
      head: ["threshold", "recall", "specificity", "precision"],
      rows: spread(points, limit: 25).map {
        [
          thresholdText($0.threshold), Format.fixed($0.recall, 4),
          Format.fixed(1 - $0.falsePositiveRate, 4), Format.fixed($0.precision, 4),
        ]
      }))
}

private func thresholdText(_ threshold: Double) -> String {
  threshold.isFinite ? probabilityText(threshold) : "all"
}
