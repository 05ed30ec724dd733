import PneumoChart
import PneumoEvaluation
import PneumoPage
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

  /// The page.
  package var html: String {
    var page = HTMLPage(
      title: title, generator: "pneumo-eval", style: Self.style,
      body: Self.templates.text("report", content))
    page.script = String(decoding: PackageResources.report_js, as: UTF8.self)
    page.data = data
    return page.html
  }

  private static let style = [
    ChartStyle.text, String(decoding: PackageResources.report_css, as: UTF8.self),
    ConfusionTable.style,
  ].joined(separator: "\n")

  private static let templates = PageTemplates(templateTexts)

  static let templateTexts: [String: [UInt8]] = [
    "report": PackageResources.report_mustache,
    "table": PackageResources.table_mustache,
    "figure": PackageResources.figure_mustache,
    "confusion": PackageResources.confusion_mustache,
    NumbersSection.template: PackageResources.numbers_mustache,
    CurvesSection.template: PackageResources.curves_mustache,
    ThresholdSection.template: PackageResources.threshold_mustache,
    ClassesSection.template: PackageResources.classes_mustache,
    CalibrationSection.template: PackageResources.calibration_mustache,
    ComparisonSection.template: PackageResources.comparison_mustache,
    TrainingSection.template: PackageResources.training_mustache,
    GallerySection.template: PackageResources.gallery_mustache,
    MethodsSection.template: PackageResources.methods_mustache,
  ]

  /// What `report` shows.
  struct Content {
    struct Verdict {
      let model: String
      let text: String
    }

    let title: String
    let scope: String
    let verdicts: [Verdict]
    let notes: [String]
    let sections: [ReportSection]
    let command: String
  }

  var content: Content {
    Content(
      title: title, scope: assessment.scope,
      verdicts: assessment.results.map {
        Content.Verdict(model: $0.predictions.name, text: verdict($0))
      },
      notes: assessment.warnings, sections: sections, command: command)
  }

  private var set: PredictionSet { assessment.set }

  private var sections: [ReportSection] {
    var sections = [ReportSection(title: "Numbers", NumbersSection(assessment))]
    let curves = assessment.results.compactMap { result in
      result.binary.flatMap { NamedCurve(result.predictions.name, $0) }
    }
    if let curves = CurvesSection(curves) {
      sections.append(ReportSection(title: "Curves", curves))
    }
    for (number, result) in assessment.results.enumerated() {
      let name = assessment.results.count > 1 ? ": \(result.predictions.name)" : ""
      switch result.evaluation {
      case .binary:
        let threshold = ThresholdSection(
          result, number: number, classes: set.classes, labels: set.labels)
        if let threshold {
          sections.append(
            ReportSection(id: "threshold\(number)", title: "Threshold\(name)", threshold))
        }
      case .multiclass(let evaluation):
        sections.append(
          ReportSection(
            id: "classes\(number)", title: "Classes\(name)",
            ClassesSection(
              evaluation, confusion: assessment.confusion(result), classes: set.classes)))
      }
    }
    sections.append(ReportSection(title: "Calibration", CalibrationSection(assessment)))
    if !assessment.comparisons.isEmpty {
      sections.append(ReportSection(title: "Comparison", ComparisonSection(assessment)))
    }
    if let training {
      sections.append(ReportSection(title: "Training", TrainingSection(training)))
    }
    if let gallery {
      sections.append(ReportSection(title: "X-rays", GallerySection(gallery, set)))
    }
    sections.append(ReportSection(title: "Methods", MethodsSection(assessment)))
    return sections
  }

  /// What a model does, in a sentence.
  private func verdict(_ result: Assessment.Result) -> String {
    guard let evaluation = result.binary else {
      return
        "classifies \(result.evaluation[.accuracy]?.value.map { percent($0) } ?? "–") correctly."
    }
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
    return "finds \(Format.grouped(confusion.truePositives)) of \(Format.grouped(positives)) "
      + "\(set.classes[1])\(interval(.recall)) and clears "
      + "\(Format.grouped(confusion.trueNegatives)) of \(Format.grouped(negatives)) "
      + "\(set.classes[0])\(interval(.specificity))."
  }

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
