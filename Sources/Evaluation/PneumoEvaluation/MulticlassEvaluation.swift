/// How good predictions of three or more classes are, with 95% intervals: each class against the rest,
/// and all together.
package struct MulticlassEvaluation: Sendable {
  /// How often a case of the class of the row was predicted to be of that of the column.
  package let confusion: [[Int]]
  /// Each class against the rest. A case is predicted as a class that is its most probable one.
  package let classes: [BinaryEvaluation]
  /// Of all classes together: see ``Metric``.
  package let measurements: [Measurement]

  /// Measures predictions. The most probable class is the prediction, the first of equals.
  ///
  /// - Parameters:
  ///   - labels: the class of each case.
  ///   - probabilities: of all classes, for each case.
  ///   - clusters: the number of each case's patient; each case by itself where there is none.
  package init(
    labels: [Int], probabilities: [[Double]], classes count: Int, clusters: [Int]? = nil,
    resamples: Int = 2000, seed: UInt64 = 1
  ) {
    let scorer = MulticlassScorer(labels, probabilities, classes: count)
    let metrics = Metric.allCases
    let intervals = clusteredBootstrap(
      clusters: clusters ?? Array(labels.indices), resamples: resamples, seed: seed,
      statistics: (count + 1) * metrics.count
    ) { weights in
      let (values, classes) = scorer.evaluate(weights)
      return values + classes.flatMap(\.self)
    }
    let once = [Int](repeating: 1, count: labels.count)
    let (values, classValues) = scorer.evaluate(once)
    var confusion = [[Int]](repeating: [Int](repeating: 0, count: count), count: count)
    for (label, prediction) in zip(labels, scorer.predictions) { confusion[label][prediction] += 1 }
    self.confusion = confusion
    classes = (0..<count).map { number in
      let start = (number + 1) * metrics.count
      return BinaryEvaluation(
        scorer.classes[number], Array(intervals[start..<start + metrics.count]))
    }
    let right = confusion.indices.reduce(0) { $0 + confusion[$1][$1] }
    measurements = metrics.enumerated().compactMap { index, metric in
      guard !metric.needsPrevalence else { return nil }
      return Measurement(
        metric, values[index], bootstrap: intervals[index],
        proportion: metric == .accuracy ? (right, labels.count) : nil
      ) {
        if labels.isEmpty { return "there are no cases" }
        let missing = classValues.firstIndex { $0[index] == nil }
        return missing.map { "undefined for class \($0 + 1) of \(count)" }
          ?? "all predictions are of one class, or all cases"
      }
    }
  }

  /// What was measured of all classes together, or `nil` for a metric that was not.
  package subscript(_ metric: Metric) -> Measurement? {
    measurements.first { $0.metric == metric }
  }
}

/// Computes all metrics for weighted cases.
private struct MulticlassScorer {
  let classes: [BinaryScorer]
  let predictions: [Int]
  private let labels: [Int]
  private let losses: [Double]
  private let squaredErrors: [Double]
  private let confidences: [Double]

  init(_ labels: [Int], _ probabilities: [[Double]], classes count: Int) {
    self.labels = labels
    let predictions = probabilities.map { row in
      row.indices.reduce(0) { row[$1] > row[$0] ? $1 : $0 }
    }
    self.predictions = predictions
    classes = (0..<count).map { number in
      BinaryScorer(
        labels.map { $0 == number ? 1 : 0 }, probabilities.map { $0[number] },
        predictions: predictions.map { $0 == number }, prevalence: nil)
    }
    losses = zip(labels, probabilities).map { logLoss($1[$0]) }
    squaredErrors = zip(labels, probabilities).map { label, row in
      row.indices.reduce(0) { sum, number in
        let error = row[number] - (number == label ? 1 : 0)
        return sum + error * error
      }
    }
    confidences = zip(probabilities, predictions).map { $0[$1] }
  }

  /// The metrics of all classes together, and those of each.
  func evaluate(_ weights: [Int]) -> (values: [Double?], classes: [[Double?]]) {
    let parts = classes.map { $0.evaluate(weights) }
    var (total, right, loss, squares) = (0.0, 0.0, 0.0, 0.0)
    var gaps = [Double](repeating: 0, count: CalibrationBins.count)
    for index in weights.indices where weights[index] > 0 {
      let weight = Double(weights[index])
      let isRight = labels[index] == predictions[index] ? 1.0 : 0
      total += weight
      right += weight * isRight
      loss += weight * losses[index]
      squares += weight * squaredErrors[index]
      gaps[CalibrationBins.bin(of: confidences[index])] += weight * (isRight - confidences[index])
    }
    let values = Metric.allCases.enumerated().map { index, metric -> Double? in
      guard total > 0, !metric.needsPrevalence else { return nil }
      switch metric {
      case .accuracy: return right / total
      case .balancedAccuracy: return mean(parts.map { $0.confusion.recall })
      case .matthewsCorrelation: return correlation(parts.map(\.confusion), right: right)
      case .crossEntropy: return loss / total
      case .brier: return squares / total
      case .calibrationError: return gaps.reduce(0) { $0 + abs($1) } / total
      default: return mean(parts.map { $0.values[index] })
      }
    }
    return (values, parts.map(\.values))
  }

  /// `nil` where one is.
  private func mean(_ values: [Double?]) -> Double? {
    let known = values.compactMap(\.self)
    return known.count == values.count ? known.reduce(0, +) / Double(known.count) : nil
  }

  /// Matthews' correlation of several classes (Gorodkin 2004).
  private func correlation(_ parts: [ConfusionMatrix], right: Double) -> Double? {
    let total = Double(parts[0].count)
    let truths = parts.map { Double($0.truePositives + $0.falseNegatives) }
    let predictions = parts.map { Double($0.truePositives + $0.falsePositives) }
    func product(_ a: [Double], _ b: [Double]) -> Double {
      zip(a, b).reduce(0) { $0 + $1.0 * $1.1 }
    }
    let spread =
      (total * total - product(predictions, predictions))
      * (total * total - product(truths, truths))
    return spread > 0
      ? (right * total - product(truths, predictions)) / spread.squareRoot() : nil
  }
}
