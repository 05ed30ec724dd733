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

    /// A number of all epochs.
    package init(title: String, training: [Double], validation: [Double]) {
      self.title = title
      self.training = training
      self.validation = validation
    }
  }

  /// Where the numbers come from.
  package let source: String
  /// What is drawn.
  package let series: [Series]

  /// Curves of a run.
  package init(source: String, series: [Series]) {
    self.source = source
    self.series = series
  }

  var markup: String {
    let figures = series.map { series in
      let values = (series.training + series.validation).filter(\.isFinite)
      let epochs = max(series.training.count, series.validation.count)
      var plot = Plot(
        title: series.title, summary: "\(series.title) over \(epochs) epochs",
        x: .linear("epoch", from: 1, to: Double(max(epochs, 2))),
        y: .linear(
          series.title, from: min(values.min() ?? 0, 1), to: values.max() ?? 1,
          isShare: values.allSatisfy { (0...1).contains($0) }))
      for (label, style, line) in [
        ("training", "series0", series.training), ("validation", "series1", series.validation),
      ] where !line.isEmpty {
        plot.line(
          line.enumerated().filter { $1.isFinite }.map { (Double($0 + 1), $1) }, style: style,
          label: label)
        for (index, value) in line.enumerated() where value.isFinite {
          plot.note(
            x: Double(index + 1), y: value,
            "epoch \(index + 1), \(label): \(Format.fixed(value, 4))")
        }
      }
      return figure(
        plot,
        table: TableMarkup(
          head: ["epoch", "training", "validation"],
          rows: (0..<epochs).map { epoch in
            ["\(epoch + 1)"]
              + [series.training, series.validation].map {
                epoch < $0.count ? Format.fixed($0[epoch], 4) : ""
              }
          }))
    }
    return "<p>From <code>\(escaped(source))</code>.</p>\n"
      + "<div class=\"grid2\">\(figures.joined())</div>\n"
  }
}
