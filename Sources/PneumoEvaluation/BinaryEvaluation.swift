#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// How good two-class predictions are at a threshold, with 95% intervals.
///
/// Proportions of cases have Wilson's interval, all else that of a bootstrap which draws clusters, such
/// as patients, with replacement.
public struct BinaryEvaluation: Sendable {
  /// At the threshold.
  public let confusion: ConfusionMatrix
  /// All of ``BinaryMetric``, those at a prevalence only where one was given.
  public let measurements: [Measurement]
  /// Of the area under the ROC curve; `nil` with less than two cases of a class.
  public let deLong: DeLong?
  /// The cases by falling probability, for curves.
  public let cases: RankedCases

  /// Measures predictions.
  ///
  /// - Parameters:
  ///   - labels: 0 or 1.
  ///   - probabilities: of class 1, 0...1.
  ///   - threshold: above which a case is answered as positive.
  ///   - clusters: the number of each case's patient; each case by itself where there is none.
  ///   - prevalence: the share of positives where the model is to be used.
  public init(
    labels: [Int], probabilities: [Double], threshold: Double, clusters: [Int]? = nil,
    prevalence: Double? = nil, resamples: Int = 2000, seed: UInt64 = 1
  ) {
    let scorer = Scorer(labels, probabilities, threshold: threshold, prevalence: prevalence)
    cases = scorer.cases
    deLong = DeLong(labels: labels, scores: probabilities)
    let once = [Int](repeating: 1, count: labels.count)
    let (confusion, values) = scorer.evaluate(once)
    self.confusion = confusion
    let intervals = clusteredBootstrap(
      clusters: clusters ?? Array(labels.indices), resamples: resamples, seed: seed,
      statistics: values.count
    ) { scorer.evaluate($0).values }
    measurements = zip(BinaryMetric.allCases, zip(values, intervals)).compactMap { metric, found in
      if prevalence == nil, metric.needsPrevalence { return nil }
      let (value, interval) = found
      let proportion = confusion.proportion(metric)
      return Measurement(
        metric: metric, value: value,
        interval: value == nil
          ? nil : proportion.map { wilsonInterval($0.part, of: $0.whole) } ?? interval,
        method: proportion == nil ? "bootstrap" : "Wilson",
        undefined: value == nil ? confusion.reason(metric) : nil)
    }
  }

  /// What was measured, or `nil` for a metric that was not.
  public subscript(_ metric: BinaryMetric) -> Measurement? {
    measurements.first { $0.metric == metric }
  }
}

/// Computes all metrics for weighted cases in one walk.
private struct Scorer {
  let cases: RankedCases
  private let threshold: Double
  private let prevalence: Double?
  private let isPositive: [Bool]
  private let isAnsweredPositive: [Bool]
  private let squaredErrors: [Double]
  private let losses: [Double]
  private let probabilities: [Double]
  private let bins: [Int]

  init(
    _ labels: [Int], _ probabilities: [Double], threshold: Double, prevalence: Double?
  ) {
    cases = RankedCases(labels: labels, scores: probabilities)
    self.threshold = threshold
    self.prevalence = prevalence
    self.probabilities = probabilities
    isPositive = labels.map { $0 == 1 }
    isAnsweredPositive = probabilities.map { $0 > threshold }
    squaredErrors = zip(labels, probabilities).map { ($1 - Double($0)) * ($1 - Double($0)) }
    losses = zip(labels, probabilities).map { label, probability in
      // As scikit-learn: a probability of 0 or 1 that is wrong costs much, not everything.
      let right = label == 1 ? probability : 1 - probability
      return -log(max(right, 0x1p-52))
    }
    bins = probabilities.map { CalibrationBins.bin(of: $0) }
  }

  func evaluate(_ weights: [Int]) -> (confusion: ConfusionMatrix, values: [Double?]) {
    var confusion = ConfusionMatrix()
    var (squares, loss) = (0.0, 0.0)
    var gaps = [Double](repeating: 0, count: CalibrationBins.count)
    for index in weights.indices where weights[index] > 0 {
      let count = weights[index]
      switch (isPositive[index], isAnsweredPositive[index]) {
      case (true, true): confusion.truePositives += count
      case (false, true): confusion.falsePositives += count
      case (false, false): confusion.trueNegatives += count
      case (true, false): confusion.falseNegatives += count
      }
      let weight = Double(count)
      squares += weight * squaredErrors[index]
      loss += weight * losses[index]
      gaps[bins[index]] += weight * ((isPositive[index] ? 1 : 0) - probabilities[index])
    }
    let total = Double(confusion.count)
    func mean(_ sum: Double) -> Double? { total > 0 ? sum / total : nil }
    let values = BinaryMetric.allCases.map { metric -> Double? in
      switch metric {
      case .accuracy: confusion.accuracy
      case .balancedAccuracy: confusion.balancedAccuracy
      case .recall: confusion.recall
      case .specificity: confusion.specificity
      case .precision: confusion.precision
      case .negativePredictiveValue: confusion.negativePredictiveValue
      case .f1: confusion.f1
      case .matthewsCorrelation: confusion.matthewsCorrelation
      case .auroc: cases.auroc(weights: weights)
      case .averagePrecision: cases.averagePrecision(weights: weights)
      case .brier: mean(squares)
      case .crossEntropy: mean(loss)
      case .calibrationError: mean(gaps.reduce(0) { $0 + abs($1) })
      case .precisionAtPrevalence: prevalence.flatMap { confusion.precision(prevalence: $0) }
      case .negativePredictiveValueAtPrevalence:
        prevalence.flatMap { confusion.negativePredictiveValue(prevalence: $0) }
      }
    }
    return (confusion, values)
  }
}

extension BinaryMetric {
  fileprivate var needsPrevalence: Bool {
    self == .precisionAtPrevalence || self == .negativePredictiveValueAtPrevalence
  }
}

extension ConfusionMatrix {
  /// What a metric that is a share of cases counts.
  fileprivate func proportion(_ metric: BinaryMetric) -> (part: Int, whole: Int)? {
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
  fileprivate func reason(_ metric: BinaryMetric) -> String {
    if count == 0 { return "there are no cases" }
    let hasPositives = truePositives + falseNegatives > 0
    let hasNegatives = trueNegatives + falsePositives > 0
    switch metric {
    case .specificity: return "no case is negative"
    case .recall, .averagePrecision: return "no case is positive"
    case .precision: return "no case was answered as positive"
    case .negativePredictiveValue: return "no case was answered as negative"
    case .f1: return "no case is positive, or was answered so"
    default:
      if !hasPositives { return "no case is positive" }
      if !hasNegatives { return "no case is negative" }
      return "all cases were answered alike"
    }
  }
}
