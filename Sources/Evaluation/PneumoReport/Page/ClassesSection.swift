import PneumoEvaluation

/// More than two classes: true by predicted class, and each class against the rest.
struct ClassesSection: SectionContent {
  static let template = "classes"

  let confusion: ConfusionTable
  let table: TableContent
  let curves: CurvesSection?

  init(_ evaluation: MulticlassEvaluation, confusion counts: [[Int]], classes: [String]) {
    let metrics: [Metric] = [
      .recall, .specificity, .precision, .negativePredictiveValue, .f1, .auroc, .averagePrecision,
    ]
    confusion = ConfusionTable(counts, classes: classes)
    table = TableContent(
      head: ["class against the rest"] + metrics.map(\.title),
      rows: zip(classes, evaluation.classes).map { name, one in
        [name]
          + metrics.map { metric in
            "\(one[metric]?.valueText ?? "–") (\(one[metric]?.intervalText ?? ""))"
          }
      })
    curves = CurvesSection(zip(classes, evaluation.classes).compactMap { NamedCurve($0, $1) })
  }
}
