import PneumoEvaluation
import PneumoSupport

/// The metrics of all models.
struct NumbersSection: SectionContent {
  static let template = "numbers"

  struct Row {
    let title: String
    let explanation: String?
    let cells: [Cell]
  }

  struct Cell {
    let value: String
    /// Beside the value: its interval, or why there is none.
    let detail: String
    /// The interval of the bootstrap.
    var bootstrap: String?
    var isBest = false
  }

  struct Prevalence {
    let assumed: String
    let observed: String
  }

  let models: [String]
  let isComparison: Bool
  let rows: [Row]
  let prevalence: Prevalence?

  init(_ assessment: Assessment) {
    let results = assessment.results
    models = results.map(\.predictions.name)
    isComparison = results.count > 1
    let thresholds = Row(
      title: "threshold", explanation: nil,
      cells: results.map { result in
        Cell(
          value: result.predictions.threshold.map(probabilityText) ?? "–",
          detail: Self.text(result.predictions.thresholdOrigin))
      })
    let metrics = results[0].evaluation.measurements.map(\.metric).map { metric in
      let values = results.map { $0.evaluation[metric]?.value }
      let best = metric.isLoss ? values.compactMap(\.self).min() : values.compactMap(\.self).max()
      return Row(
        title: metric.title, explanation: metric.explanation,
        cells: results.map { result in
          var cell = Self.cell(result.evaluation[metric])
          cell.isBest = results.count > 1 && best != nil && result.evaluation[metric]?.value == best
          return cell
        })
    }
    rows = (assessment.set.isBinary ? [thresholds] : []) + metrics
    let cases = assessment.set.cases
    let share = Double(cases.count { $0.label == 1 }) / Double(max(cases.count, 1))
    prevalence = assessment.options.prevalence.map {
      Prevalence(assumed: percent($0), observed: percent(share))
    }
  }

  private static func cell(_ measurement: Measurement?) -> Cell {
    guard let measurement, measurement.value != nil else {
      return Cell(value: "–", detail: measurement?.undefined ?? "")
    }
    return Cell(
      value: measurement.valueText, detail: measurement.intervalText,
      bootstrap: measurement.bootstrapInterval.map(intervalText))
  }

  private static func text(_ origin: PredictionSet.ThresholdOrigin) -> String {
    switch origin {
    case .model: "of the model"
    case .given: "given"
    case .chosenHere(let rule): "chosen here: \(rule)"
    }
  }
}
