import PneumoEvaluation
import PneumoSupport

/// Whether probabilities come true.
struct CalibrationSection: SectionContent {
  static let template = "calibration"

  struct ModelCalibration {
    /// The model's name, where there are several.
    let heading: String?
    let reliability: Figure
    let crossEntropy: CrossEntropies?
  }

  struct CrossEntropies {
    let before: String
    let after: String
  }

  /// What the probability is of.
  let expected: String
  let models: [ModelCalibration]

  init(_ assessment: Assessment) {
    let set = assessment.set
    expected = set.isBinary ? set.classes[1] : "right"
    models = assessment.results.map { result in
      var crossEntropy: CrossEntropies?
      if let before = result.evaluation[.crossEntropy]?.value,
        let after = result.recalibratedCrossEntropy
      {
        crossEntropy = CrossEntropies(
          before: Format.fixed(before, 4), after: Format.fixed(after, 4))
      }
      return ModelCalibration(
        heading: assessment.results.count > 1 ? result.predictions.name : nil,
        reliability: reliabilityFigure(
          result.calibration, result.recalibrated,
          what: set.isBinary ? set.classes[1] : "the chosen class"),
        crossEntropy: crossEntropy)
    }
  }
}
