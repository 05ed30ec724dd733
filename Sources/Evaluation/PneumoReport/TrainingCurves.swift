import PneumoChart
import PneumoSupport

/// How a training went, epoch by epoch.
package struct TrainingCurves: Sendable {
  /// A number of all epochs, in training and, where there was any, in validation.
  package struct Series: Sendable {
    /// What it is.
    package let title: String
    /// While training.
    package let training: [Double]
    /// On validation images; empty without any.
    package let validation: [Double]
    /// While training, with what regularization adds; empty without any.
    package let regularized: [Double]

    /// A number of all epochs.
    package init(
      title: String, training: [Double], validation: [Double], regularized: [Double] = []
    ) {
      self.title = title
      self.training = training
      self.validation = validation
      self.regularized = regularized
    }

    /// Lines by label and style.
    fileprivate var lines: [(label: String, style: String, values: [Double])] {
      [
        ("training", "series1", training), ("validation", "series0", validation),
        ("training with penalty", "series1 thin", regularized),
      ].filter { !$0.2.isEmpty }
    }
  }

  /// Where the numbers come from.
  package let source: String
  /// What is drawn.
  package let series: [Series]
  /// The number, from 1, of the epoch whose weights were kept, by whichever number the run watched;
  /// `nil` where that is not known.
  package let bestEpoch: Int?

  /// Curves of a run.
  package init(source: String, series: [Series], bestEpoch: Int? = nil) {
    self.source = source
    self.series = series
    self.bestEpoch = bestEpoch
  }

  /// The epochs of the longest series.
  package var epochCount: Int {
    series.map { max($0.training.count, $0.validation.count) }.max() ?? 0
  }

  /// The curves as a picture (SVG) in a file of its own.
  package func svg(title: String) -> String {
    let names = series.map(\.title).joined(separator: " and ")
    let best = bestEpoch.map { " The weights of epoch \($0) were kept." } ?? ""
    return PlotSheet(
      title: title, summary: "The \(names) of \(epochCount) epochs.\(best)", series.map(plot)
    ).svg
  }

  /// A diagram of one of the series.
  func plot(_ series: Series) -> Plot {
    let values = series.lines.flatMap(\.values).filter(\.isFinite)
    let lowest = values.min() ?? 0
    let isShare = values.allSatisfy { (0...1).contains($0) }
    var plot = Plot(
      title: series.title, summary: "\(series.title) over \(epochCount) epochs",
      x: .linear("epoch", from: 1, to: Double(max(epochCount, 2))),
      y: .linear(
        series.title, from: min(lowest, 1), to: max(values.max() ?? 1, lowest + 1e-6),
        isShare: isShare))
    for (label, style, line) in series.lines {
      let points = line.enumerated().filter { $1.isFinite }.map { (x: Double($0 + 1), y: $1) }
      plot.line(points, style: style, label: label)
      if points.count < 40 {
        for point in points where !style.hasSuffix("thin") {
          plot.dot(x: point.x, y: point.y, style: style, radius: 2.6)
        }
      }
      for point in points {
        plot.note(
          x: point.x, y: point.y,
          "epoch \(Int(point.x)), \(label): \(Format.fixed(point.y, 4))")
      }
    }
    if let bestEpoch, (1...max(epochCount, 1)).contains(bestEpoch) {
      plot.rule(x: Double(bestEpoch), style: "best")
      plot.name("best, epoch \(bestEpoch)", style: "line best")
    }
    return plot
  }
}
