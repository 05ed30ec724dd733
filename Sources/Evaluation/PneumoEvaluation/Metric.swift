/// What is measured of predictions. With two classes, class 1 is the positive one; with more, all but
/// accuracy, Matthews' correlation, the Brier score, cross-entropy and calibration error are means over
/// the classes, each against the rest (macro).
package enum Metric: String, CaseIterable, Hashable, Sendable {
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

  var needsPrevalence: Bool {
    self == .precisionAtPrevalence || self == .negativePredictiveValueAtPrevalence
  }
}

/// A measured number with its uncertainty, or the reason why there is none.
package struct Measurement: Hashable, Sendable {
  /// What was measured.
  package let metric: Metric
  /// `nil` where it is undefined.
  package let value: Double?
  /// 95%: Wilson's of shares of cases, else the bootstrap's. `nil` where it is undefined.
  package let interval: ClosedRange<Double>?
  /// 95%, clusters drawn with replacement; `nil` where it is undefined.
  package let bootstrapInterval: ClosedRange<Double>?
  /// Why there is no value.
  package let undefined: String?

  /// - Parameters:
  ///   - proportion: what is counted, of a metric that is a share of cases.
  ///   - reason: asked for where there is no value.
  init(
    _ metric: Metric, _ value: Double?, bootstrap: ClosedRange<Double>?,
    proportion: (part: Int, whole: Int)? = nil, reason: () -> String
  ) {
    self.metric = metric
    self.value = value
    bootstrapInterval = value == nil ? nil : bootstrap
    let wilson = proportion.flatMap { wilsonInterval($0.part, of: $0.whole) }
    interval = value == nil ? nil : wilson ?? bootstrap
    undefined = value == nil ? reason() : nil
  }
}
