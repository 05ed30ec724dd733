import PneumoEvaluation

/// The first model against each of the others, on the same images.
struct ComparisonSection: SectionContent {
  static let template = "comparison"

  let table: TableContent

  init(_ assessment: Assessment) {
    let rows = assessment.comparisons.flatMap { comparison in
      comparison.comparison.differences.compactMap { difference -> [String]? in
        guard let value = difference.value, let interval = difference.interval else { return nil }
        let p = comparison.comparison.deLong.map { pText($0.pValue) } ?? "–"
        let other = assessment.results[comparison.other]
        return [
          "\(assessment.results[0].predictions.name) − \(other.predictions.name)",
          difference.metric.title, signed(value),
          "\(signed(interval.lowerBound)) to \(signed(interval.upperBound))",
          difference.metric == .auroc ? p : "",
        ]
      }
    }
    table = TableContent(
      head: ["models", "metric", "difference", "95% interval", "DeLong's p"], rows: rows)
  }
}
