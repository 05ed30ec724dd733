import PneumoEvaluation
import PneumoSupport

extension Metric {
  /// As tables call it.
  package var title: String {
    switch self {
    case .accuracy: "accuracy"
    case .balancedAccuracy: "balanced accuracy"
    case .recall: "recall (sensitivity)"
    case .specificity: "specificity"
    case .precision: "precision (PPV)"
    case .negativePredictiveValue: "NPV"
    case .f1: "F1"
    case .matthewsCorrelation: "MCC"
    case .auroc: "AUROC"
    case .averagePrecision: "average precision"
    case .brier: "Brier score"
    case .crossEntropy: "cross-entropy"
    case .calibrationError: "calibration error (ECE)"
    case .precisionAtPrevalence: "PPV at the prevalence"
    case .negativePredictiveValueAtPrevalence: "NPV at the prevalence"
    }
  }

  /// What it tells, for those who do not know it.
  package var explanation: String {
    switch self {
    case .accuracy: "share of images that are classified correctly"
    case .balancedAccuracy: "mean of the recall of all classes"
    case .recall: "share of the positives that are found"
    case .specificity: "share of the negatives that are left alone"
    case .precision: "share of the positive predictions that are correct"
    case .negativePredictiveValue: "share of the negative predictions that are correct"
    case .f1: "harmonic mean of precision and recall"
    case .matthewsCorrelation: "correlation of true and predicted class, -1 to 1 (Matthews 1975)"
    case .auroc:
      "how often a positive has a higher score than a negative: the area under the ROC curve"
    case .averagePrecision: "mean precision at each positive: the area under that curve"
    case .brier: "mean squared distance of probability and truth; lower is better"
    case .crossEntropy:
      "log loss: mean negative log probability of the true class, in nats; lower is better"
    case .calibrationError: "how far probabilities lie from what comes true; lower is better"
    case .precisionAtPrevalence:
      "share of positive predictions that are correct at that prevalence"
    case .negativePredictiveValueAtPrevalence:
      "share of negative predictions that are correct at that prevalence"
    }
  }

  /// Whether less is better.
  var isLoss: Bool { [.brier, .crossEntropy, .calibrationError].contains(self) }
}

extension Measurement {
  /// The value, or a dash.
  var valueText: String { value.map { Format.fixed($0, 4) } ?? "–" }

  /// `0.9123–0.9456`, or nothing.
  var intervalText: String { interval.map(PneumoReport.intervalText) ?? "" }
}

func intervalText(_ interval: ClosedRange<Double>) -> String {
  "\(Format.fixed(interval.lowerBound, 4))–\(Format.fixed(interval.upperBound, 4))"
}

/// `0.0312` as `3.1%`.
func percent(_ share: Double, places: Int = 1) -> String {
  "\(Format.fixed(100 * share, places))%"
}

/// A probability with as many digits as tell it from 0 and 1.
func probabilityText(_ probability: Double) -> String {
  let distance = min(probability, 1 - probability)
  return Format.fixed(probability, distance >= 0.01 ? 4 : distance >= 1e-4 ? 6 : 8)
}
