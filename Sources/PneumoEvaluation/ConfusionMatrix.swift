/// How two-class predictions at a threshold compare with the truth. Class 1 is the positive one.
///
/// Quotients are `nil` where their divisor is zero: what was never asked has no answer.
public struct ConfusionMatrix: Hashable, Sendable {
  /// Positive, and predicted so.
  public var truePositives = 0
  /// Negative, but predicted positive.
  public var falsePositives = 0
  /// Negative, and predicted so.
  public var trueNegatives = 0
  /// Positive, but predicted negative.
  public var falseNegatives = 0

  /// Counts predictions: positive where the probability is greater than `threshold`.
  public init(labels: [Int], probabilities: [Double], threshold: Double) {
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
  public var count: Int { truePositives + falsePositives + trueNegatives + falseNegatives }
  /// Share of predictions that are right.
  public var accuracy: Double? { quotient(truePositives + trueNegatives, count) }
  /// Share of positives that are found: sensitivity.
  public var recall: Double? { quotient(truePositives, truePositives + falseNegatives) }
  /// Share of negatives that are left alone.
  public var specificity: Double? { quotient(trueNegatives, trueNegatives + falsePositives) }
  /// Share of positive predictions that are right.
  public var precision: Double? { quotient(truePositives, truePositives + falsePositives) }
  /// Mean of recall and specificity.
  public var balancedAccuracy: Double? {
    guard let recall, let specificity else { return nil }
    return (recall + specificity) / 2
  }

  private func quotient(_ part: Int, _ whole: Int) -> Double? {
    whole == 0 ? nil : Double(part) / Double(whole)
  }
}
