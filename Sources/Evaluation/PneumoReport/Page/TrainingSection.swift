import PneumoSupport

/// How a training went.
struct TrainingSection: SectionContent {
  static let template = "training"

  let source: String
  let figures: [Figure]

  init(_ curves: TrainingCurves) {
    source = curves.source
    figures = curves.series.map { series in
      Figure(
        curves.plot(series),
        table: TableContent(
          head: ["epoch", "training", "validation"],
          rows: (0..<curves.epochCount).map { epoch in
            ["\(epoch + 1)"]
              + [series.training, series.validation].map {
                epoch < $0.count ? Format.fixed($0[epoch], 4) : ""
              }
          }))
    }
  }
}
