/// How two-class predictions at a threshold compare with the truth. Class 1 is the positive one.
///
/// Quotients are `nil` where their divisor is zero: a ratio of nothing has no value.
package struct ConfusionMatrix: Hashable, Sendable {
  /// Positive, and predicted so.
  package var truePositives = 0
  /// Negative, but predicted positive.
  package var falsePositives = 0
  /// Negative, and predicted so.
  package var trueNegatives = 0
  /// Positive, but predicted negative.
  package var falseNegatives = 0

  /// Of no predictions.
  package init() {}

  /// Counts predictions: positive where the probability is greater than `threshold`.
  package init(labels: [Int], probabilities: [Double], threshold: Double) {
    for (label, probability) in zip(labels, probabilities) {
      switch (label == 1, probability > threshold) {
      case (true, true): truePositives += 1
      case (false, true): falsePositives += 1
      case (false, false): trueNegatives += 1
      case (true, false): falseNegatives += 1
      }
    }
  }

  /// All predictions.
  package var count: Int { truePositives + falsePositives + trueNegatives + falseNegatives }
  /// Share of predictions that are right.
  package var accuracy: Double? { quotient(truePositives + trueNegatives, count) }
  /// Share of positives that are found: sensitivity.
  package var recall: Double? { quotient(truePositives, truePositives + falseNegatives) }
  /// Share of negatives that are left alone.
  package var specificity: Double? { quotient(trueNegatives, trueNegatives + falsePositives) }
  /// Share of positive predictions that are right.
  package var precision: Double? { quotient(truePositives, truePositives + falsePositives) }
  /// Share of negative predictions that are right (NPV).
  package var negativePredictiveValue: Double? {
    quotient(trueNegatives, trueNegatives + falseNegatives)
  }
  /// Harmonic mean of precision and recall.
  package var f1: Double? {
    quotient(2 * truePositives, 2 * truePositives + falsePositives + falseNegatives)
  }
  /// Matthews' correlation of truth and prediction, -1...1 (Matthews 1975).
  package var matthewsCorrelation: Double? {
    let sides = [
      truePositives + falsePositives, truePositives + falseNegatives,
      trueNegatives + falsePositives, trueNegatives + falseNegatives,
    ].map { Double($0) }
    guard !sides.contains(0) else { return nil }
    let covariance =
      Double(truePositives) * Double(trueNegatives)
      - Double(falsePositives) * Double(falseNegatives)
    return covariance / sides.reduce(1) { $0 * $1.squareRoot() }
  }
  /// Mean of recall and specificity.
  package var balancedAccuracy: Double? {
    guard let recall, let specificity else { return nil }
    return (recall + specificity) / 2
  }

  /// Precision where positives are as common as `prevalence` says, by Bayes' rule.
  package func precision(prevalence: Double) -> Double? {
    guard let recall, let specificity else { return nil }
    let (right, wrong) = (recall * prevalence, (1 - specificity) * (1 - prevalence))
    return right + wrong > 0 ? right / (right + wrong) : nil
  }
  /// Negative predictive value where positives are as common as `prevalence` says.
  package func negativePredictiveValue(prevalence: Double) -> Double? {
    guard let recall, let specificity else { return nil }
    let (right, wrong) = (specificity * (1 - prevalence), (1 - recall) * prevalence)
    return right + wrong > 0 ? right / (right + wrong) : nil
  }

  private func quotient(_ part: Int, _ whole: Int) -> Double? {
    whole == 0 ? nil : Double(part) / Double(whole)
  }
}
