/// Whether two models differ on the same cases: the first's metrics without the second's, with the 95%
/// intervals of a paired bootstrap, which draws the same clusters for both.
package struct ModelComparison: Sendable {
  /// A difference of two values of a metric.
  package struct Difference: Hashable, Sendable {
    /// What was measured.
    package let metric: Metric
    /// The first model's without the second's; `nil` where one of both is undefined.
    package let value: Double?
    /// 95%; `nil` where it is undefined.
    package let interval: ClosedRange<Double>?
  }

  /// Of the area under the ROC curve, accuracy, recall, specificity and cross-entropy.
  package let differences: [Difference]
  /// Of the areas under the ROC curves, cases counting as independent; `nil` with less than two cases of
  /// a class.
  package let deLong: DeLong.Comparison?

  static let metrics: [Metric] = [.auroc, .accuracy, .recall, .specificity, .crossEntropy]

  /// Compares two models' predictions to the same two-class cases, in the same order.
  ///
  /// - Parameters:
  ///   - clusters: the number of each case's patient; each case by itself where there is none.
  package init(
    labels: [Int], first: (probabilities: [Double], predictions: [Bool]),
    second: (probabilities: [Double], predictions: [Bool]), clusters: [Int]? = nil,
    resamples: Int = 2000, seed: UInt64 = 1
  ) {
    let scorers = [first, second].map {
      BinaryScorer(labels, $0.probabilities, predictions: $0.predictions, prevalence: nil)
    }
    let places = Self.metrics.map { Metric.allCases.firstIndex(of: $0)! }
    func differences(_ weights: [Int]) -> [Double?] {
      let values = scorers.map { $0.evaluate(weights).values }
      return places.map { place in
        guard let a = values[0][place], let b = values[1][place] else { return nil }
        return a - b
      }
    }
    let intervals = clusteredBootstrap(
      clusters: clusters ?? Array(labels.indices), resamples: resamples, seed: seed,
      statistics: places.count, evaluate: differences)
    let values = differences([Int](repeating: 1, count: labels.count))
    self.differences = Self.metrics.indices.map { index in
      Difference(
        metric: Self.metrics[index], value: values[index],
        interval: values[index] == nil ? nil : intervals[index])
    }
    if let a = DeLong(labels: labels, scores: first.probabilities),
      let b = DeLong(labels: labels, scores: second.probabilities)
    {
      deLong = a.comparison(with: b)
    } else {
      deLong = nil
    }
  }
}
