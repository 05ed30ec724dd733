/// What is measured of two-class predictions. Class 1 is the positive one.
public enum BinaryMetric: String, CaseIterable, Hashable, Sendable {
  case accuracy
  case balancedAccuracy = "balanced_accuracy"
  /// Sensitivity.
  case recall
  case specificity
  /// Positive predictive value.
  case precision
  case negativePredictiveValue = "npv"
  case f1
  /// Matthews' correlation coefficient.
  case matthewsCorrelation = "mcc"
  case auroc
  case averagePrecision = "average_precision"
  /// Mean squared distance of probability and truth (Brier 1950).
  case brier
  case crossEntropy = "cross_entropy"
  /// Expected calibration error.
  case calibrationError = "ece"
  /// Precision at the prevalence that was given.
  case precisionAtPrevalence = "precision_at_prevalence"
  /// Negative predictive value at the prevalence that was given.
  case negativePredictiveValueAtPrevalence = "npv_at_prevalence"
}

/// A measured number with its uncertainty, or the reason why there is none.
public struct Measurement: Hashable, Sendable {
  /// What was measured.
  public let metric: BinaryMetric
  /// `nil` where it is undefined.
  public let value: Double?
  /// 95%; `nil` where it is undefined.
  public let interval: ClosedRange<Double>?
  /// How the interval was found: `Wilson` or `bootstrap`.
  public let method: String
  /// Why there is no value.
  public let undefined: String?
}
