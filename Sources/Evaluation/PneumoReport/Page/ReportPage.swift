import PneumoEvaluation
import PneumoSupport

/// The report: a self-contained HTML file.
package struct ReportPage: Sendable {
  /// What is reported.
  package var assessment: Assessment
  /// In the heading.
  package var title: String
  /// X-rays to look at.
  package var gallery: Gallery?
  /// Training curves: a title, and the values of epochs.
  package var training: TrainingCurves?
  /// The command that made the report.
  package var command: String

  /// A report of an assessment.
  package init(_ assessment: Assessment, title: String, command: String) {
    self.assessment = assessment
    self.title = title
    self.command = command
  }

  private var set: PredictionSet { assessment.set }

  /// The page.
  package var html: String {
    let sections = self.sections
    let links = sections.map { "<a href=\"#\($0.id)\">\(escaped($0.title))</a>" }
    let bodies = sections.map { section in
      "<section id=\"\(section.id)\"><h2>\(escaped(section.title))</h2>\n\(section.body)</section>\n"
    }
    var page = HTMLPage(
      title: title, generator: "pneumo-eval", style: Resource.style,
      body: """
        <header>
        <h1>\(escaped(title))</h1>
        <p class="scope">\(escaped(assessment.scope)).</p>
        \(verdicts)\(notices)<nav aria-label="Contents">\(links.joined(separator: "\n"))</nav>
        </header>
        <main>
        \(bodies.joined())</main>
        <footer>
        <p>Made by <code>\(escaped(command))</code></p>
        <p>Pneumo is not a medical device; nothing here is a diagnosis.</p>
        </footer>

        """)
    page.script = Resource.script
    page.data = data
    return page.html
  }

  private struct Section {
    let id: String
    let title: String
    let body: String
  }

  private var sections: [Section] {
    var sections = [Section(id: "numbers", title: "Numbers", body: numbers)]
    if set.isBinary {
      let curves = assessment.results.compactMap { result in
        binary(result).flatMap { NamedCurve(result.predictions.name, $0) }
      }
      if !curves.isEmpty {
        sections.append(Section(id: "curves", title: "Curves", body: curveFigures(curves)))
      }
    }
    for (number, result) in assessment.results.enumerated() {
      let name = assessment.results.count > 1 ? ": \(result.predictions.name)" : ""
      sections.append(
        set.isBinary
          ? Section(
            id: "threshold\(number)", title: "Threshold\(name)",
            body: ThresholdPanel(result, number: number, classes: set.classes, labels: set.labels)
              .markup)
          : Section(id: "classes\(number)", title: "Classes\(name)", body: classes(result)))
    }
    sections.append(Section(id: "calibration", title: "Calibration", body: calibration))
    if !assessment.comparisons.isEmpty {
      sections.append(Section(id: "comparison", title: "Comparison", body: comparison))
    }
    if let training {
      sections.append(Section(id: "training", title: "Training", body: training.markup))
    }
    if let gallery {
      sections.append(
        Section(id: "gallery", title: "X-rays", body: GalleryPanel(gallery, set).markup))
    }
    sections.append(Section(id: "methods", title: "Methods", body: methods))
    return sections
  }

  private func binary(_ result: Assessment.Result) -> BinaryEvaluation? {
    if case .binary(let evaluation) = result.evaluation { evaluation } else { nil }
  }

  // MARK: Head

  /// What each model does, in a sentence.
  private var verdicts: String {
    assessment.results.map { result in
      let text: String
      if let evaluation = binary(result) {
        let confusion = evaluation.confusion
        let (positives, negatives) = (
          confusion.truePositives + confusion.falseNegatives,
          confusion.trueNegatives + confusion.falsePositives
        )
        func interval(_ metric: Metric) -> String {
          evaluation[metric]?.interval.map {
            " (95% interval \(percent($0.lowerBound))–\(percent($0.upperBound)))"
          } ?? ""
        }
        text =
          "finds \(Format.grouped(confusion.truePositives)) of \(Format.grouped(positives)) "
          + "\(set.classes[1])\(interval(.recall)) and clears "
          + "\(Format.grouped(confusion.trueNegatives)) of \(Format.grouped(negatives)) "
          + "\(set.classes[0])\(interval(.specificity))."
      } else {
        text =
          "classifies \(result.evaluation[.accuracy]?.value.map { percent($0) } ?? "–") correctly."
      }
      return "<p class=\"verdict\"><strong>\(escaped(result.predictions.name))</strong> "
        + "\(escaped(text))</p>\n"
    }.joined()
  }

  private var notices: String {
    let notices = assessment.warnings
    guard !notices.isEmpty else { return "" }
    return "<aside aria-label=\"Notes\"><ul>"
      + notices.map { "<li>\(escaped($0))</li>" }.joined() + "</ul></aside>\n"
  }

  // MARK: Sections

  private var numbers: String {
    let results = assessment.results
    let head = results.map { "<th scope=\"col\">\(escaped($0.predictions.name))</th>" }.joined()
    var rows = ""
    if set.isBinary {
      rows += "<tr><th scope=\"row\">threshold</th>"
      for result in results {
        let threshold = result.predictions.threshold.map(probabilityText) ?? "–"
        rows += "<td>\(threshold) <small>\(origin(result.predictions.thresholdOrigin))</small></td>"
      }
      rows += "</tr>\n"
    }
    for measurement in results[0].evaluation.measurements {
      let metric = measurement.metric
      rows += "<tr><th scope=\"row\"><span title=\"\(escaped(metric.explanation))\">"
      rows += "\(escaped(metric.title))</span></th>"
      let values = results.map { $0.evaluation[metric]?.value }
      let best = metric.isLoss ? values.compactMap(\.self).min() : values.compactMap(\.self).max()
      for result in results {
        rows += cell(result.evaluation[metric], isBest: results.count > 1, best)
      }
      rows += "</tr>\n"
    }
    let prevalence =
      options.prevalence.map {
        "<p>PPV and NPV at the prevalence are for \(percent($0)) positives; "
          + "here \(percent(share)) are.</p>\n"
      } ?? ""
    return """
      <div class="scroll"><table class="metrics\(results.count > 1 ? "" : " single")"><thead><tr><th></th>\(head)</tr></thead>
      <tbody>
      \(rows)</tbody></table></div>
      \(prevalence)<p class="quiet">The 95% interval is beside or below each number\(results.count > 1 ? "; bold: the best" : "").</p>

      """
  }

  private var options: Assessment.Options { assessment.options }
  private var share: Double {
    Double(set.cases.count { $0.label == 1 }) / Double(max(set.cases.count, 1))
  }

  private func cell(_ measurement: Measurement?, isBest several: Bool, _ best: Double?) -> String {
    guard let measurement, let value = measurement.value else {
      return "<td>–<small>\(escaped(measurement?.undefined ?? ""))</small></td>"
    }
    let text = several && value == best ? "<b>\(measurement.valueText)</b>" : measurement.valueText
    let bootstrap = measurement.bootstrapInterval.map {
      " title=\"patients drawn with replacement: \(intervalText($0))\""
    }
    return
      "<td><span\(bootstrap ?? "")>\(text)</span><small>\(measurement.intervalText)</small></td>"
  }

  private func origin(_ origin: PredictionSet.ThresholdOrigin) -> String {
    switch origin {
    case .model: "of the model"
    case .given: "given"
    case .chosenHere(let rule): "chosen here: \(escaped(rule))"
    }
  }

  /// More than two classes: true by predicted class, and each class against the rest.
  private func classes(_ result: Assessment.Result) -> String {
    guard case .multiclass(let evaluation) = result.evaluation else { return "" }
    let curves = zip(set.classes, evaluation.classes).compactMap { NamedCurve($0, $1) }
    let metrics: [Metric] = [
      .recall, .specificity, .precision, .negativePredictiveValue, .f1, .auroc, .averagePrecision,
    ]
    let rows = zip(set.classes, evaluation.classes).map { name, one in
      [name]
        + metrics.map { metric in
          "\(one[metric]?.valueText ?? "–") (\(one[metric]?.intervalText ?? ""))"
        }
    }
    return confusionMarkup(assessment.confusion(result), classes: set.classes)
      + TableMarkup(head: ["class against the rest"] + metrics.map(\.title), rows: rows).text
      + (curves.isEmpty ? "" : curveFigures(curves))
  }

  private var calibration: String {
    let figures = assessment.results.map { result in
      let what = set.isBinary ? set.classes[1] : "the chosen class"
      let name =
        assessment.results.count > 1 ? "<h3>\(escaped(result.predictions.name))</h3>\n" : ""
      return "<div>\(name)"
        + reliabilityFigure(result.calibration, result.recalibrated, what: what)
        + crossEntropyText(result) + "</div>\n"
    }
    return """
      <p>Of all images with a probability near p, a share of p should be \
      \(escaped(set.isBinary ? set.classes[1] : "right")). Above the diagonal the model \
      underestimates, below it overestimates. Bars are 95% intervals.</p>
      <div class="grid2">\(figures.joined())</div>

      """
  }

  private func crossEntropyText(_ result: Assessment.Result) -> String {
    guard let before = result.evaluation[.crossEntropy]?.value,
      let after = result.recalibratedCrossEntropy
    else { return "<p class=\"quiet\">Too few patients to try a temperature on.</p>\n" }
    return "<p>Cross-entropy \(Format.fixed(before, 4)), after temperature scaling "
      + "\(Format.fixed(after, 4)).</p>\n"
  }

  private var comparison: String {
    let rows = assessment.comparisons.flatMap { comparison in
      comparison.comparison.differences.compactMap { difference -> [String]? in
        guard let value = difference.value, let interval = difference.interval else { return nil }
        let p = comparison.comparison.deLong.map { pText($0.pValue) } ?? "–"
        return [
          "\(assessment.results[0].predictions.name) − \(assessment.results[comparison.other].predictions.name)",
          difference.metric.title, signed(value),
          "\(signed(interval.lowerBound)) to \(signed(interval.upperBound))",
          difference.metric == .auroc ? p : "",
        ]
      }
    }
    return TableMarkup(
      head: ["models", "metric", "difference", "95% interval", "DeLong's p"], rows: rows
    ).text
      + "<p class=\"quiet\">If an interval contains 0, either model may be the better one.</p>\n"
  }

  private var methods: String {
    let about = assessment.results.filter { !$0.predictions.about.isEmpty }.map { result in
      "<h3>\(escaped(result.predictions.name))</h3><ul>"
        + result.predictions.about.map { "<li>\(escaped($0))</li>" }.joined() + "</ul>"
    }
    return """
      <ul>
      <li>Recall, specificity, precision, NPV and accuracy are shares of images; their intervals are \
      Wilson's (1927), which take images for independent. All other intervals are of a bootstrap that \
      draws patients with replacement (\(Format.grouped(options.resamples)) resamples, seed \
      \(options.seed)), 2.5th to 97.5th percentile; for the shares they are in the tables' hints.</li>
      <li>AUROC is the share of pairs of a positive and a negative in which the positive has the higher \
      score, ties counting one half.\(deLongText) DeLong's test (DeLong, DeLong &amp; Clarke-Pearson \
      1988) compares two models on the same images, and takes these for independent.</li>
      <li>Calibration error: \(CalibrationBins.count) bins of equal width (Naeini et al. 2015); \
      that of few images, and of resamples, comes out too high. Temperature scaling: a temperature and \
      a bias (Platt 1999) fitted on four fifths of the \
      patients and tried on the last, in turn.</li>
      \(assessment.set.isBinary ? "" : """
        <li>Recall, specificity, precision, NPV, F1, AUROC and average precision of all classes \
        together are means over the classes, each against the rest.</li>
        """)
      </ul>
      \(about.joined(separator: "\n"))

      """
  }

  private var deLongText: String {
    let parts = assessment.results.compactMap { result in
      binary(result)?.deLong.map { "\(result.predictions.name) \(intervalText($0.interval))" }
    }
    return parts.isEmpty
      ? "" : " DeLong's 95% intervals: \(escaped(parts.joined(separator: ", ")))."
  }

  // MARK: Data

  /// What the script needs: the scores of each class, to count anew at another threshold.
  private var data: JSON {
    let models = set.models.map { predictions -> JSON in
      guard let threshold = predictions.threshold else { return .object([]) }
      func scores(_ label: Int) -> JSON {
        .array(
          zip(predictions.scores, set.cases).filter { $1.label == label }.map(\.0).sorted()
            .map { .double($0) })
      }
      return .object([
        "threshold": .double(threshold), "negatives": scores(0), "positives": scores(1),
      ])
    }
    return JSON.object(["models": .array(models)])
  }
}
