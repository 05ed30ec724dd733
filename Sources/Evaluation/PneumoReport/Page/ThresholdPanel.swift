import PneumoEvaluation
import PneumoSupport

/// The confusion matrix of two classes, and what becomes of it at another threshold.
struct ThresholdPanel {
  private let result: Assessment.Result
  private let number: Int
  private let classes: [String]
  private let labels: [Int]

  init(_ result: Assessment.Result, number: Int, classes: [String], labels: [Int]) {
    self.result = result
    self.number = number
    self.classes = classes
    self.labels = labels
  }

  var markup: String {
    guard case .binary(let evaluation) = result.evaluation,
      let threshold = result.predictions.threshold
    else { return "" }
    let confusion = evaluation.confusion
    let counts = [
      [confusion.trueNegatives, confusion.falsePositives],
      [confusion.falseNegatives, confusion.truePositives],
    ]
    let metrics: [Metric] = [
      .recall, .specificity, .precision, .negativePredictiveValue, .accuracy, .f1,
    ]
    let rows = metrics.map { metric in
      """
      <tr><th scope="row">\(escaped(metric.title))</th>\
      <td><span data-metric="\(metric.rawValue)">\(evaluation[metric]?.valueText ?? "–")</span>\
      <small data-interval="\(metric.rawValue)">\(evaluation[metric]?.intervalText ?? "")</small></td></tr>
      """
    }
    let sweep = NamedCurve(result.predictions.name, evaluation).map {
      sweepFigure($0, threshold: threshold)
    }
    return """
      <div class="panel" data-model="\(number)">
      <form class="slider" autocomplete="off">
      <label for="slider\(number)">The prediction is \(escaped(classes[1])) above</label>
      <input id="value\(number)" class="value" type="number" min="0" max="1" step="any" \
      value="\(threshold)" aria-label="threshold">
      <input id="slider\(number)" class="range" type="range" min="-100" max="100" step="0.1" \
      aria-describedby="value\(number)">
      <button type="reset">Back to \(probabilityText(threshold))</button>
      </form>
      <div class="grid2">
      \(confusionMarkup(counts, classes: classes, names: [["tn", "fp"], ["fn", "tp"]]))
      <table class="metrics follow"><tbody>
      \(rows.joined(separator: "\n"))
      </tbody></table>
      </div>
      <div class="grid2">
      \(sweep ?? "")\(histogramFigure(
        result.predictions.scores, labels: labels, classes: classes, threshold: threshold))</div>
      </div>

      """
  }
}

/// Shares are tinted in this many steps: by classes, since the page's policy forbids style attributes.
let shareSteps = 20

/// The style of tinted shares.
let shareStyle = (0...shareSteps).map { step in
  ".share\(step) { --share: \(Format.fixed(Double(step) / Double(shareSteps), 2)); }"
}.joined(separator: "\n")

/// True by predicted class as a table whose cells are tinted by the share of their row.
///
/// - Parameter names: by which a script finds the cells.
func confusionMarkup(
  _ counts: [[Int]], classes: [String], names: [[String]]? = nil
) -> String {
  let head = classes.map { "<th scope=\"col\">\(escaped($0))</th>" }.joined()
  let rows = counts.enumerated().map { truth, row in
    let total = Double(max(row.reduce(0, +), 1))
    let cells = row.enumerated().map { prediction, count in
      let share = Double(count) / total
      let name = names.map { " data-count=\"\($0[truth][prediction])\"" } ?? ""
      let tint = "share\(Int((share * Double(shareSteps)).rounded()))"
      return "<td class=\"\(truth == prediction ? "right" : "wrong") \(tint)\"\(name)>"
        + "<b>\(Format.grouped(count))</b>"
        + "<small>\(percent(share))</small></td>"
    }
    return "<tr><th scope=\"row\">\(escaped(classes[truth]))</th>\(cells.joined())</tr>"
  }
  return """
    <div class="scroll"><table class="confusion">
    <caption>Confusion matrix: true by predicted class</caption>
    <thead><tr><td class="corner">true ↓ predicted →</td>\(head)</tr></thead>
    <tbody>
    \(rows.joined(separator: "\n"))
    </tbody></table></div>

    """
}
