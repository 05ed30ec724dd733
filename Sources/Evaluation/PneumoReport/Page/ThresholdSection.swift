import PneumoEvaluation
import PneumoSupport

/// The confusion matrix of two classes, and what becomes of it at another threshold.
struct ThresholdSection: SectionContent {
  static let template = "threshold"

  struct MetricRow {
    /// By which the script finds it.
    let name: String
    let title: String
    let value: String
    let interval: String
  }

  /// Of the model, as in the data of the script.
  let number: Int
  let positiveClass: String
  let threshold: Double
  let shortThreshold: String
  let confusion: ConfusionTable
  let metrics: [MetricRow]
  let figures: [Figure]

  /// `nil` for more than two classes.
  init?(_ result: Assessment.Result, number: Int, classes: [String], labels: [Int]) {
    guard let evaluation = result.binary, let threshold = result.predictions.threshold else {
      return nil
    }
    self.number = number
    self.threshold = threshold
    positiveClass = classes[1]
    shortThreshold = probabilityText(threshold)
    let counts = evaluation.confusion
    confusion = ConfusionTable(
      [
        [counts.trueNegatives, counts.falsePositives],
        [counts.falseNegatives, counts.truePositives],
      ], classes: classes, outcomes: [["tn", "fp"], ["fn", "tp"]])
    let shown: [Metric] = [
      .recall, .specificity, .precision, .negativePredictiveValue, .accuracy, .f1,
    ]
    metrics = shown.map { metric in
      MetricRow(
        name: metric.rawValue, title: metric.title, value: evaluation[metric]?.valueText ?? "–",
        interval: evaluation[metric]?.intervalText ?? "")
    }
    let sweep = NamedCurve(result.predictions.name, evaluation).map {
      sweepFigure($0, threshold: threshold)
    }
    figures =
      (sweep.map { [$0] } ?? []) + [
        histogramFigure(
          result.predictions.scores, labels: labels, classes: classes, threshold: threshold)
      ]
  }
}
