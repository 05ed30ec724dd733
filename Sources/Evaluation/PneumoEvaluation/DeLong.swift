import PneumoSystem

/// How sure an area under the ROC curve is, and whether two differ (DeLong, DeLong & Clarke-Pearson
/// 1988). Cases count as independent; ``clusteredBootstrap(clusters:resamples:seed:statistics:evaluate:)`` heeds
/// patients with several.
package struct DeLong: Sendable {
  /// The area.
  package let auroc: Double
  /// Of the area.
  package let variance: Double
  /// For each positive, in the order given, the share of negatives with a lower score.
  private let positivePlacements: [Double]
  /// For each negative the share of positives with a higher score.
  private let negativePlacements: [Double]

  /// `nil` with less than two positives or two negatives, which have no variance.
  package init?(labels: [Int], scores: [Double]) {
    let cases = RankedCases(labels: labels, scores: scores)
    let positives = Double(labels.count { $0 == 1 })
    let negatives = Double(labels.count) - positives
    guard positives >= 2, negatives >= 2 else { return nil }
    var placements = [Double](repeating: 0, count: labels.count)
    var (above, passed, start) = (0.0, 0.0, 0)
    cases.walk(nil) { end, right, wrong in
      for k in start..<end {
        placements[cases.order[k]] =
          cases.isPositive[k]
          ? (negatives - passed - wrong / 2) / negatives : (above + right / 2) / positives
      }
      above += right
      passed += wrong
      start = end
    }
    positivePlacements = labels.indices.filter { labels[$0] == 1 }.map { placements[$0] }
    negativePlacements = labels.indices.filter { labels[$0] != 1 }.map { placements[$0] }
    auroc = positivePlacements.reduce(0, +) / positives
    variance =
      covariance(positivePlacements, positivePlacements) / positives
      + covariance(negativePlacements, negativePlacements) / negatives
  }

  /// The 95% interval of the area, within 0...1.
  package var interval: ClosedRange<Double> {
    let half = 1.959963984540054 * variance.squareRoot()
    return max(auroc - half, 0)...min(auroc + half, 1)
  }

  /// What comparing two areas on the same cases gives.
  package struct Comparison: Hashable, Sendable {
    /// The first area without the second.
    package let difference: Double
    /// The 95% interval of the difference.
    package let interval: ClosedRange<Double>
    /// The difference in standard errors; 0 where both models predict the same.
    package let z: Double
    /// How likely a difference as great is where there is none, two-sided.
    package let pValue: Double
  }

  /// Compares with the area of another model.
  ///
  /// - Precondition: both have the same cases, in the same order.
  package func comparison(with other: DeLong) -> Comparison {
    precondition(
      positivePlacements.count == other.positivePlacements.count
        && negativePlacements.count == other.negativePlacements.count, "the same cases")
    let shared =
      covariance(positivePlacements, other.positivePlacements) / Double(positivePlacements.count)
      + covariance(negativePlacements, other.negativePlacements)
      / Double(negativePlacements.count)
    let difference = auroc - other.auroc
    let error = max(variance + other.variance - 2 * shared, 0).squareRoot()
    let z = error > 0 ? difference / error : 0
    let half = 1.959963984540054 * error
    return Comparison(
      difference: difference, interval: difference - half...difference + half, z: z,
      pValue: erfc(abs(z) / 2.0.squareRoot()))
  }
}

/// Of two samples of at least two numbers, without bias.
private func covariance(_ a: [Double], _ b: [Double]) -> Double {
  let count = Double(a.count)
  let (meanA, meanB) = (a.reduce(0, +) / count, b.reduce(0, +) / count)
  return zip(a, b).reduce(0) { $0 + ($1.0 - meanA) * ($1.1 - meanB) } / (count - 1)
}
