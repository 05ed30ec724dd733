/// Two-class cases by falling score, so that areas, curves and resamples are one walk each. Class 1 is
/// the positive one.
///
/// Where weights are asked for, they say how often each case counts, in the order in which cases were
/// given; without them each counts once.
package struct RankedCases: Sendable {
  /// Indices of the cases as given.
  package let order: [Int]
  /// In this order.
  let isPositive: [Bool]
  /// In this order.
  let scores: [Double]
  /// Where each run of equal scores ends.
  let tieEnds: [Int]

  /// Ranks cases. Scores must be numbers.
  package init(labels: [Int], scores: [Double]) {
    order = scores.indices.sorted { scores[$0] > scores[$1] }
    let sorted = order.map { scores[$0] }
    self.scores = sorted
    isPositive = order.map { labels[$0] == 1 }
    tieEnds = sorted.indices.filter { $0 + 1 == sorted.count || sorted[$0 + 1] != sorted[$0] }
      .map { $0 + 1 }
  }

  /// How many cases there are.
  package var count: Int { order.count }

  /// Calls `body` for each run of equal scores, from the highest down, with the weight of its
  /// positives and of its negatives.
  @inline(__always)
  func walk(
    _ weights: [Int]?,
    _ body: (_ end: Int, _ positives: Double, _ negatives: Double) -> Void
  ) {
    var start = 0
    for end in tieEnds {
      var (positives, negatives) = (0.0, 0.0)
      for k in start..<end {
        let weight = weights.map { Double($0[order[k]]) } ?? 1
        if isPositive[k] { positives += weight } else { negatives += weight }
      }
      body(end, positives, negatives)
      start = end
    }
  }

  /// Area under the receiver operating characteristic: the share of pairs of a positive and a negative
  /// in which the positive has the greater score, ties counting one half (Mann & Whitney 1947). `nil`
  /// where one class is absent.
  package func auroc(weights: [Int]? = nil) -> Double? {
    var (area, above, below) = (0.0, 0.0, 0.0)
    walk(weights) { _, positives, negatives in
      area += negatives * (above + positives / 2)
      above += positives
      below += negatives
    }
    return above > 0 && below > 0 ? area / (above * below) : nil
  }

  /// The mean precision at each positive, ties being taken together: the area under the steps of
  /// the precision-recall curve. `nil` without positives.
  package func averagePrecision(weights: [Int]? = nil) -> Double? {
    var (sum, found, predicted) = (0.0, 0.0, 0.0)
    walk(weights) { _, positives, negatives in
      found += positives
      predicted += positives + negatives
      if positives > 0 { sum += positives * found / predicted }
    }
    return found > 0 ? sum / found : nil
  }
}

/// Area under the receiver operating characteristic: see ``RankedCases/auroc(weights:)``.
package func auroc(labels: [Int], scores: [Double]) -> Double? {
  RankedCases(labels: labels, scores: scores).auroc()
}
