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

  /// Of no predictions.
  public init() {}

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
  /// Share of negative predictions that are right (NPV).
  public var negativePredictiveValue: Double? {
    quotient(trueNegatives, trueNegatives + falseNegatives)
  }
  /// Harmonic mean of precision and recall.
  public var f1: Double? {
    quotient(2 * truePositives, 2 * truePositives + falsePositives + falseNegatives)
  }
  /// Matthews' correlation of truth and prediction, -1...1 (Matthews 1975).
  public var matthewsCorrelation: Double? {
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
  public var balancedAccuracy: Double? {
    guard let recall, let specificity else { return nil }
    return (recall + specificity) / 2
  }

  /// Precision where positives are as common as `prevalence` says, by Bayes' rule.
  public func precision(prevalence: Double) -> Double? {
    guard let recall, let specificity else { return nil }
    let (right, wrong) = (recall * prevalence, (1 - specificity) * (1 - prevalence))
    return right + wrong > 0 ? right / (right + wrong) : nil
  }
  /// Negative predictive value where positives are as common as `prevalence` says.
  public func negativePredictiveValue(prevalence: Double) -> Double? {
    guard let recall, let specificity else { return nil }
    let (right, wrong) = (specificity * (1 - prevalence), (1 - recall) * prevalence)
    return right + wrong > 0 ? right / (right + wrong) : nil
  }

  private func quotient(_ part: Int, _ whole: Int) -> Double? {
    whole == 0 ? nil : Double(part) / Double(whole)
  }
}
