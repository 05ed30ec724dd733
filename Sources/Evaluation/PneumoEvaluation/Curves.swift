/// What predicting "positive" above a threshold gives.
package struct CurvePoint: Hashable, Sendable {
  /// Cases of at least this score are predicted as positive; infinite where none is.
  package let threshold: Double
  /// Positives found: true positives over all positives. The ROC curve's height.
  package let recall: Double
  /// Negatives predicted as positive, over all negatives. The ROC curve's place to the right.
  package let falsePositiveRate: Double
  /// Right ones among those predicted as positive; 1 where none is.
  package let precision: Double
}

extension RankedCases {
  /// The points of the ROC curve and of the precision-recall curve, one for each score that occurs and
  /// one for predicting no positive, by falling threshold. `nil` where one class is absent.
  package func curve() -> [CurvePoint]? {
    let positives = Double(isPositive.count { $0 })
    let negatives = Double(count) - positives
    guard positives > 0, negatives > 0 else { return nil }
    var points = [
      CurvePoint(threshold: .infinity, recall: 0, falsePositiveRate: 0, precision: 1)
    ]
    var (found, wrong) = (0.0, 0.0)
    walk(nil) { end, right, misled in
      found += right
      wrong += misled
      points.append(
        CurvePoint(
          threshold: scores[end - 1], recall: found / positives,
          falsePositiveRate: wrong / negatives, precision: found / (found + wrong)))
    }
    return points
  }
}
