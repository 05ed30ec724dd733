/// How good two-class predictions are at a threshold, with 95% intervals.
///
/// Proportions of cases have Wilson's interval, all else that of a bootstrap which draws clusters, such
/// as patients, with replacement.
package struct BinaryEvaluation: Sendable {
  /// At the threshold.
  package let confusion: ConfusionMatrix
  /// All of ``Metric``, those at a prevalence only where one was given.
  package let measurements: [Measurement]
  /// Of the area under the ROC curve; `nil` with less than two cases of a class.
  package let deLong: DeLong?
  /// The cases by falling probability, for curves.
  package let cases: RankedCases

  /// Measures predictions.
  ///
  /// - Parameters:
  ///   - labels: 0 or 1.
  ///   - probabilities: of class 1, 0...1.
  ///   - predictions: whether each case is predicted as class 1.
  ///   - clusters: the number of each case's patient; each case by itself where there is none.
  ///   - prevalence: the share of positives where the model is to be used.
  package init(
    labels: [Int], probabilities: [Double], predictions: [Bool], clusters: [Int]? = nil,
    prevalence: Double? = nil, resamples: Int = 2000, seed: UInt64 = 1
  ) {
    let scorer = BinaryScorer(
      labels, probabilities, predictions: predictions, prevalence: prevalence)
    let intervals = clusteredBootstrap(
      clusters: clusters ?? Array(labels.indices), resamples: resamples, seed: seed,
      statistics: Metric.allCases.count
    ) { scorer.evaluate($0).values }
    self.init(scorer, intervals)
  }

  /// Measures predictions of class 1 above a threshold.
  package init(
    labels: [Int], probabilities: [Double], threshold: Double, clusters: [Int]? = nil,
    prevalence: Double? = nil, resamples: Int = 2000, seed: UInt64 = 1
  ) {
    self.init(
      labels: labels, probabilities: probabilities,
      predictions: probabilities.map { $0 > threshold },
      clusters: clusters, prevalence: prevalence, resamples: resamples, seed: seed)
  }

  /// - Parameter intervals: of all metrics, by a bootstrap.
  init(_ scorer: BinaryScorer, _ intervals: [ClosedRange<Double>?]) {
    cases = scorer.cases
    deLong = DeLong(labels: scorer.labels, scores: scorer.probabilities)
    let (confusion, values) = scorer.evaluate([Int](repeating: 1, count: scorer.labels.count))
    self.confusion = confusion
    measurements = zip(Metric.allCases, zip(values, intervals)).compactMap { metric, found in
      if scorer.prevalence == nil, metric.needsPrevalence { return nil }
      return Measurement(
        metric, found.0, bootstrap: found.1, proportion: confusion.proportion(metric)
      ) { confusion.reason(metric) }
    }
  }

  /// What was measured, or `nil` for a metric that was not.
  package subscript(_ metric: Metric) -> Measurement? {
    measurements.first { $0.metric == metric }
  }
}

extension ConfusionMatrix {
  /// What a metric that is a share of cases counts.
  fileprivate func proportion(_ metric: Metric) -> (part: Int, whole: Int)? {
    switch metric {
    case .accuracy: (truePositives + trueNegatives, count)
    case .recall: (truePositives, truePositives + falseNegatives)
    case .specificity: (trueNegatives, trueNegatives + falsePositives)
    case .precision: (truePositives, truePositives + falsePositives)
    case .negativePredictiveValue: (trueNegatives, trueNegatives + falseNegatives)
    default: nil
    }
  }

  /// Why a metric has no value.
  fileprivate func reason(_ metric: Metric) -> String {
    if count == 0 { return "there are no cases" }
    let hasPositives = truePositives + falseNegatives > 0
    let hasNegatives = trueNegatives + falsePositives > 0
    switch metric {
    case .specificity: return "no case is negative"
    case .recall, .averagePrecision: return "no case is positive"
    case .precision: return "no case was predicted positive"
    case .negativePredictiveValue: return "no case was predicted negative"
    case .f1: return "no case is positive or was predicted positive"
    default:
      if !hasPositives { return "no case is positive" }
      if !hasNegatives { return "no case is negative" }
      return "all predictions are of one class"
    }
  }
}
