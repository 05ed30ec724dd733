/// How two-class predictions at a threshold compare with the truth. Class 1 is the positive one.
public struct ConfusionMatrix: Hashable, Sendable {
  /// Positive, and predicted so.
  public var truePositives = 0
  /// Negative, but predicted positive.
  public var falsePositives = 0
  /// Negative, and predicted so.
  public var trueNegatives = 0
  /// Positive, but predicted negative.
  public var falseNegatives = 0
}
