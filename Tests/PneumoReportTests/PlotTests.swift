import Foundation
#if canImport(FoundationXML)
import FoundationXML
#endif
import PneumoChart
import PneumoReport
import Testing

/// Axes and what is drawn on them.
@Suite struct PlotTests {
  @Test(arguments: [
    (0.0, 1.0, true, ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]),
    (0.8, 1.0, true, ["0.80", "0.85", "0.90", "0.95", "1.00"]),
    (0.0, 0.073, false, ["0.00", "0.02", "0.04", "0.06", "0.08"]),
    (1.0, 24.0, false, ["0", "5", "10", "15", "20", "25"]),
    (0.0, 0.0, false, ["0.0000000000", "0.0000000002"]),
  ])
  func ticksAreRoundNumbers(low: Double, high: Double, isShare: Bool, labels: [String]) {
    let axis = Axis.linear("x", from: low, to: high, isShare: isShare)
    if high > low { #expect(axis.ticks.map(\.label) == labels) }
    #expect(axis.range.lowerBound <= low && axis.range.upperBound >= high)
    #expect(axis.place(axis.range.lowerBound) == 0 && axis.place(axis.range.upperBound) == 1)
    #expect(axis.place(low - 100) == 0 && axis.place(high + 100) == 1 && axis.place(.nan) == 0)
  }

  @Test func probabilitiesAreSpreadByTheirOdds() {
    let axis = Axis.logit("p")
    #expect(axis.place(0.5) == 0.5)
    #expect(abs(axis.place(0.9) + axis.place(0.1) - 1) < 1e-12)
    #expect(
      abs((axis.place(0.99) - axis.place(0.9)) - (axis.place(0.1) - axis.place(0.01))) < 1e-12)
    #expect(axis.place(0) == 0 && axis.place(1) == 1)
    #expect(axis.ticks.map(\.label) == ["0.001", "0.01", "0.1", "0.5", "0.9", "0.99", "0.999"])
  }

  /// Whatever names are, the picture is XML; and where a note stands is where its point is drawn.
  @Test func aPlotIsWellFormed() throws {
    var plot = Plot(
      title: "<a> & \"b\"", summary: "it's \"so\"", x: .share("x"), y: .share("y"), name: "n\"1")
    plot.line([(0, 0), (0.5, 0.25), (2, 7)], style: "series0", label: "<line>")
    plot.dot(x: 0.5, y: 0.25, style: "series0", name: "point0")
    plot.bar(from: 0.1, to: 0.2, height: 0.4, style: "positive")
    plot.rule(x: 0.3, style: "mark", name: "threshold")
    plot.note(x: 0.5, y: 0.25, "<here>")
    let svg = plot.svg().text
    let sheet = PlotSheet(title: "a\"\u{301}\u{0}\u{FFFE}", summary: "<", [plot, plot]).svg
    for text in [svg, sheet] {
      #expect(XMLParser(data: Data(text.utf8)).parse(), "\(text)")
    }
    #expect(svg.contains("cx=\"254.0\" cy=\"216.5\""))
    #expect(
      svg.contains(
        "data-notes=\"[[&quot;254.0&quot;,&quot;216.5&quot;,&quot;&lt;here&gt;&quot;]]\""))
    #expect(sheet.contains(">&lt;line&gt;</text>"))
  }

  /// The epoch whose weights were kept is the one that the run's monitor chose, wherever the curves have
  /// their minimum.
  @Test func curvesMarkTheEpochThatWasKept() {
    let curves = TrainingCurves(
      source: "run",
      series: [
        TrainingCurves.Series(
          title: "cross-entropy", training: [0.5, 0.4, 0.3], validation: [0.5, 0.2, 0.4],
          regularized: [0.9, 0.8, 0.7])
      ],
      bestEpoch: 3)
    let svg = curves.svg(title: "a\"\u{301} <\u{1}>")
    #expect(XMLParser(data: Data(svg.utf8)).parse(), "\(svg)")
    #expect(svg.contains("best, epoch 3") && !svg.contains("best, epoch 2"))
    #expect(svg.contains("training with penalty"))
  }
}
