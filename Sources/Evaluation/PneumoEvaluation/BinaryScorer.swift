import PneumoSystem

/// What a case costs whose class had this probability, in nats. As in scikit-learn, a class that was
/// impossible costs much, not everything.
func logLoss(_ probability: Double) -> Double { -log(max(probability, 0x1p-52)) }

/// Computes all metrics for weighted cases in one walk.
struct BinaryScorer {
  let cases: RankedCases
  let labels: [Int]
  let probabilities: [Double]
  let prevalence: Double?
  private let isPositive: [Bool]
  private let isPredictedPositive: [Bool]
  private let squaredErrors: [Double]
  private let losses: [Double]
  private let bins: [Int]

  /// - Parameters:
  ///   - probabilities: of class 1.
  ///   - predictions: whether a case is predicted as class 1.
  init(
    _ labels: [Int], _ probabilities: [Double], predictions: [Bool], prevalence: Double?
  ) {
    cases = RankedCases(labels: labels, scores: probabilities)
    self.labels = labels
    self.prevalence = prevalence
    self.probabilities = probabilities
    isPositive = labels.map { $0 == 1 }
    isPredictedPositive = predictions
    squaredErrors = zip(labels, probabilities).map { ($1 - Double($0)) * ($1 - Double($0)) }
    losses = zip(labels, probabilities).map { label, probability in
      logLoss(label == 1 ? probability : 1 - probability)
    }
    bins = probabilities.map { CalibrationBins.bin(of: $0) }
  }

  /// Of all metrics, `nil` where one is undefined.
  ///
  /// - Parameter weights: how often each case counts.
  func evaluate(_ weights: [Int]) -> (confusion: ConfusionMatrix, values: [Double?]) {
    var confusion = ConfusionMatrix()
    var (squares, loss) = (0.0, 0.0)
    var gaps = [Double](repeating: 0, count: CalibrationBins.count)
    for index in weights.indices where weights[index] > 0 {
      let count = weights[index]
      switch (isPositive[index], isPredictedPositive[index]) {
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
    let values = Metric.allCases.map { metric -> Double? in
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
