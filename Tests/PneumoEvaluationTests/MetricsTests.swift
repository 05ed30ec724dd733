import Foundation
import PneumoEvaluation
import PneumoSupport
import Testing

/// What scikit-learn and SciPy predicted: see Tools/make-metrics-goldens.py.
private struct MetricsGolden: Decodable {
  let labels: [Int]
  let logits: [Double]
  let temperature, bias: Double
  let wilson: [Double]
  let roc: [[Double]]?
  let precisions: [Double]?
  /// By the names of `Metric`; `nil` where it is undefined.
  let metrics: [String: Double?]
}

private func golden<Value: Decodable>(_ name: String) throws -> Value {
  let url = try #require(Bundle.module.url(forResource: "Fixtures/\(name)", withExtension: "json"))
  return try JSONDecoder().decode(Value.self, from: Data(contentsOf: url))
}

private func near(_ value: Double?, _ expected: Double, _ limit: Double = 1e-9) -> Bool {
  value.map { abs($0 - expected) <= limit } ?? false
}

@Suite struct MetricsTests {
  /// Ties, one class absent, perfect predictions, one prediction for all.
  @Test func againstScikitLearn() throws {
    let cases: [MetricsGolden] = try golden("metrics")
    #expect(cases.count == 9)
    for golden in cases {
      let probabilities = golden.logits.map { sigmoid($0) }
      let evaluation = BinaryEvaluation(
        labels: golden.labels, probabilities: probabilities, threshold: 0.6, prevalence: 0.1,
        resamples: 20)
      #expect(evaluation.measurements.count == golden.metrics.count)
      for measurement in evaluation.measurements {
        let expected = try #require(golden.metrics[measurement.metric.rawValue])
        if let expected {
          #expect(near(measurement.value, expected), "\(measurement.metric)")
          #expect(measurement.interval != nil && measurement.undefined == nil)
        } else {
          #expect(measurement.value == nil && measurement.interval == nil)
          #expect(measurement.undefined != nil, "\(measurement.metric)")
        }
      }
      #expect(
        crossEntropy(labels: golden.labels, logits: golden.logits).map {
          near($0, golden.metrics["cross_entropy"]!!)
        } == true)
      let calibration = Calibration(fitting: golden.labels, logits: golden.logits, outputs: 1)
      #expect(near(calibration.temperature, golden.temperature, 1e-5 * golden.temperature))
      #expect(calibration.bias.count == 1 && near(calibration.bias[0], golden.bias, 1e-5))
      let interval = try #require(
        wilsonInterval(golden.labels.count { $0 == 1 }, of: golden.labels.count))
      #expect(near(interval.lowerBound, golden.wilson[0]))
      #expect(near(interval.upperBound, golden.wilson[1]))

      let curve = evaluation.cases.curve()
      #expect((curve == nil) == (golden.roc == nil))
      guard let curve, let roc = golden.roc, let precisions = golden.precisions else { continue }
      #expect(curve.count == roc[0].count)
      for (point, expected) in zip(curve, zip(roc[0], roc[1])) {
        #expect(near(point.falsePositiveRate, expected.0) && near(point.recall, expected.1))
      }
      for (point, expected) in zip(curve, precisions) { #expect(near(point.precision, expected)) }
    }
  }

  /// What scikit-learn says of a hundred thousand cases with many ties.
  @Test func manyCases() throws {
    let labels = (0..<100_000).map { $0 * 7919 % 10007 < 3000 ? 1 : 0 }
    let probabilities = labels.indices.map {
      sigmoid(Double($0 * 104_729 % 20011 - 10005 + 2501 * labels[$0]) / 2501)
    }
    let expected: [String: Double] = try golden("large")
    let evaluation = BinaryEvaluation(
      labels: labels, probabilities: probabilities, threshold: 0.6, prevalence: 0.1, resamples: 2)
    #expect(expected.count == evaluation.measurements.count)
    for measurement in evaluation.measurements {
      let value = try #require(expected[measurement.metric.rawValue])
      #expect(near(measurement.value, value), "\(measurement.metric)")
    }
  }

  /// What scikit-learn says of four classes.
  @Test func fourClasses() throws {
    struct Golden: Decodable {
      let labels: [Int]
      let logits: [[Double]]
      let metrics: [String: Double]
      let confusion: [[Int]]
      let auroc_of_classes: [Double]
    }
    let golden: Golden = try golden("multiclass")
    let evaluation = MulticlassEvaluation(
      labels: golden.labels, probabilities: golden.logits.map { softmax($0[...]) }, classes: 4,
      resamples: 50)
    #expect(evaluation.confusion == golden.confusion)
    #expect(evaluation.measurements.count == golden.metrics.count)
    for measurement in evaluation.measurements {
      let expected = try #require(golden.metrics[measurement.metric.rawValue])
      #expect(near(measurement.value, expected), "\(measurement.metric)")
      let interval = try #require(measurement.interval)
      #expect(interval.lowerBound < interval.upperBound)
    }
    for (one, expected) in zip(evaluation.classes, golden.auroc_of_classes) {
      #expect(near(one[.auroc]?.value, expected))
    }
  }

  @Test func aClassThatIsMissingSaysSo() {
    let evaluation = MulticlassEvaluation(
      labels: [0, 1, 0, 1],
      probabilities: [[0.8, 0.1, 0.1], [0.2, 0.7, 0.1], [0.3, 0.4, 0.3], [0, 1, 0]],
      classes: 3, resamples: 10)
    #expect(evaluation[.accuracy]?.value == 0.75)
    #expect(evaluation[.recall]?.undefined == "undefined for class 3 of 3")
    #expect(evaluation.classes[2][.recall]?.undefined == "no case is positive")
    #expect(evaluation.classes[0][.recall]?.value == 0.5)
  }

  /// The difference of two models is that of their numbers, and the pairing makes it surer.
  @Test func comparisonsArePaired() throws {
    let labels = (0..<300).map { $0 % 2 }
    var state = SplitMix64(state: 9)
    let shared = labels.map { Double($0) + Double(state.below(3000)) / 1000 }
    func predictions(_ shift: Int) -> (probabilities: [Double], predictions: [Bool]) {
      let p = shared.indices.map { sigmoid(shared[$0] - 2 + Double($0 * shift % 7) / 20) }
      return (p, p.map { $0 > 0.5 })
    }
    let (first, second) = (predictions(3), predictions(5))
    let comparison = ModelComparison(labels: labels, first: first, second: second, resamples: 500)
    let alone = [first, second].map {
      BinaryEvaluation(
        labels: labels, probabilities: $0.probabilities, predictions: $0.predictions, resamples: 500
      )
    }
    for difference in comparison.differences {
      let values = try alone.map { try #require($0[difference.metric]?.value) }
      #expect(near(difference.value, values[0] - values[1]))
    }
    let area = try #require(comparison.differences.first { $0.metric == .auroc }?.interval)
    let single = try #require(alone[0][.auroc]?.interval)
    #expect(
      area.upperBound - area.lowerBound < 0.5 * (single.upperBound - single.lowerBound))
    #expect(area.contains(try #require(comparison.deLong).difference))
    let same = ModelComparison(labels: labels, first: first, second: first, resamples: 20)
    #expect(same.differences.allSatisfy { $0.value == 0 && $0.interval == 0...0 })
    #expect(same.deLong?.pValue == 1)
  }

  /// Calibrated by other patients, overconfident logits lose their overconfidence, and no case is
  /// calibrated by its own patient.
  @Test func crossFittingLeavesPatientsOut() throws {
    var random = SplitMix64(state: 3)
    let truths = (0..<600).map { _ in Double(random.below(4001) - 2000) / 1000 }
    let labels = truths.map { Double(random.below(1_000_000)) / 1e6 < sigmoid($0) ? 1 : 0 }
    let logits = truths.map { 3 * $0 }
    let clusters = labels.indices.map { $0 / 2 }
    let fitted = try #require(
      Calibration.crossFitted(labels: labels, logits: logits, outputs: 1, clusters: clusters))
    let before = try #require(crossEntropy(labels: labels, logits: logits))
    let after = try #require(crossEntropy(labels: labels, logits: fitted))
    #expect(after < before - 0.05)
    // Another truth of the first patient changes every other case of other folds, but not its own.
    var changed = labels
    (changed[0], changed[1]) = (1 - labels[0], 1 - labels[1])
    let refitted = try #require(
      Calibration.crossFitted(labels: changed, logits: logits, outputs: 1, clusters: clusters))
    #expect(refitted[0] == fitted[0] && refitted[1] == fitted[1])
    #expect(zip(refitted, fitted).count { $0 != $1 } >= 400)
    #expect(
      Calibration.crossFitted(labels: [0, 1], logits: [0, 1], outputs: 1, clusters: [0, 1]) == nil)
  }

  /// A costly miss lowers the threshold, a costly alarm raises it.
  @Test func costsMoveTheThreshold() throws {
    let labels = [0, 0, 1, 0, 1, 0, 1, 1]
    let probabilities = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.9]
    func threshold(_ text: String) throws -> Double {
      try #require(OperatingPoint(text)).threshold(labels: labels, probabilities: probabilities)
    }
    #expect(try threshold("cost=FN:10,FP:1") == 0.25)
    #expect(try abs(threshold("cost=FP:10,FN:1") - 0.65) < 1e-7)
    #expect(try threshold("cost=FN:1,FP:1000") == Double(Float(0.65)))
    for text in ["cost=FN:1", "cost=FN:1,FP:0", "cost=FN:1,FN:2", "cost=5,1", "cost=FN:x,FP:1"] {
      #expect(OperatingPoint(text) == nil, "\(text)")
    }
    let all = OperatingPoint.cost(falseNegative: 1, falsePositive: 3)
    // Every positive lies below a negative: predicting no positive costs least.
    #expect(all.threshold(labels: [1, 0], probabilities: [0.2, 0.8]) == 0.9)
  }

  /// Neighbors of single precision are told apart by the lower one, not by what rounds up to the upper.
  @Test func thresholdsFitAModelFile() {
    let lower = Float(0.999999)
    let upper = lower.nextUp
    let threshold = OperatingPoint.youden.threshold(
      labels: [0, 1], probabilities: [Double(lower), Double(upper)])
    #expect(upper > Float(threshold) && !(lower > Float(threshold)))
  }

  /// Tables of predictions hold more digits than single precision.
  @Test func thresholdsTellCloseNeighborsApart() {
    for lower in [0.5, 0.50000001, 0.1, 0.70000001, 1 - 1e-12] {
      for upper in [lower.nextUp, lower + 1e-12, lower + 1e-9, lower + 1e-8] where upper <= 1 {
        let threshold = OperatingPoint.youden.threshold(
          labels: [0, 1], probabilities: [lower, upper])
        #expect(lower <= threshold && threshold < upper, "\(lower) to \(upper)")
      }
    }
  }

  /// What MLstatkit predicted.
  @Test func deLongAgainstAPublishedImplementation() throws {
    struct Golden: Decodable {
      let labels: [Int]
      let first, second, areas: [Double]
      let intervals: [[Double]]
      let z, p: Double
    }
    let cases: [Golden] = try golden("delong")
    #expect(cases.count == 3)
    for golden in cases {
      let models = try [golden.first, golden.second].map {
        try #require(DeLong(labels: golden.labels, scores: $0))
      }
      for (model, (area, interval)) in zip(models, zip(golden.areas, golden.intervals)) {
        #expect(near(model.auroc, area))
        #expect(near(model.interval.lowerBound, interval[0]))
        #expect(near(model.interval.upperBound, interval[1]))
      }
      let comparison = models[0].comparison(with: models[1])
      #expect(near(comparison.z, golden.z) && near(comparison.pValue, golden.p))
      #expect(models[0].comparison(with: models[0]).pValue == 1)
    }
    #expect(DeLong(labels: [0, 1, 1], scores: [0, 1, 2]) == nil)
  }

  @Test func undefinedValuesSayWhy() {
    let evaluation = BinaryEvaluation(
      labels: [1, 1], probabilities: [0.2, 0.3], threshold: 0.5, resamples: 10)
    #expect(evaluation[.precision]?.undefined == "no case was predicted positive")
    #expect(evaluation[.specificity]?.undefined == "no case is negative")
    #expect(evaluation[.auroc]?.undefined == "no case is negative")
    #expect(evaluation[.recall]?.value == 0)
    #expect(evaluation[.precisionAtPrevalence] == nil)
    let empty = BinaryEvaluation(labels: [], probabilities: [], threshold: 0.5)
    #expect(empty.measurements.allSatisfy { $0.value == nil && $0.interval == nil })
  }

  /// Patients with several images make intervals wider, and the same seed gives the same.
  @Test func intervalsHeedPatients() throws {
    let labels = (0..<240).map { $0 / 4 % 2 }
    let probabilities = (0..<240).map { index in
      sigmoid(Double(labels[index]) - 0.5 + 2 * Double((index / 4 * 7919) % 101) / 101)
    }
    func interval(_ clusters: [Int]?) throws -> ClosedRange<Double> {
      let evaluation = BinaryEvaluation(
        labels: labels, probabilities: probabilities, threshold: 0.5, clusters: clusters,
        resamples: 400)
      return try #require(evaluation[.auroc]?.interval)
    }
    let patients = try interval((0..<240).map { $0 / 4 })
    let images = try interval(nil)
    #expect(try interval(nil) == images)
    func width(_ range: ClosedRange<Double>) -> Double { range.upperBound - range.lowerBound }
    #expect(width(patients) > 1.6 * width(images) && width(patients) < 2.4 * width(images))
  }

  /// What SciPy's optimizer found: see Tools/make-metrics-goldens.py.
  @Test func calibrationOfThreeClasses() throws {
    struct Golden: Decodable {
      let labels: [Int]
      let logits, bias: [Double]
      let temperature, before, after: Double
    }
    let golden: Golden = try golden("calibration")
    let calibration = Calibration(fitting: golden.labels, logits: golden.logits, outputs: 3)
    #expect(abs(calibration.temperature - golden.temperature) <= 1e-5)
    #expect(calibration.bias.count == 3 && calibration.bias[0] == 0)
    for (bias, expected) in zip(calibration.bias, golden.bias) {
      #expect(abs(bias - expected) <= 1e-5)
    }
    func loss(_ logits: [Double]) -> Double? {
      crossEntropy(labels: golden.labels, logits: logits, outputs: 3)
    }
    #expect(abs(try #require(loss(golden.logits)) - golden.before) <= 1e-9)
    #expect(abs(try #require(loss(calibration(golden.logits))) - golden.after) <= 1e-9)
  }

  @Test func calibrationStaysWithinBounds() {
    let separable = Calibration(
      fitting: [0, 0, 1, 1] + Array(repeating: 1, count: 96),
      logits: [-0.02, -0.01, 0.01, 0.02] + Array(repeating: 0.03, count: 96), outputs: 1)
    #expect(abs(separable.temperature - 0.05) < 1e-12 && abs(separable.bias[0]) < 10)
    let reversed = Calibration(fitting: [1, 0, 1, 0], logits: [-3, 3, -2, 2], outputs: 1)
    #expect(abs(reversed.temperature - 20) < 1e-9 && abs(reversed.bias[0]) < 1e-6)
    // Never wrong in nine cases: wrong in one of eleven (Laplace), not in none.
    let single = Calibration(
      fitting: [Int](repeating: 1, count: 9), logits: [Double](repeating: 0, count: 9), outputs: 1)
    #expect(abs(sigmoid(single.bias[0]) - 10.0 / 11) < 1e-9)
    #expect(
      Calibration(fitting: [], logits: [], outputs: 1) == Calibration(temperature: 1, bias: [0]))
  }

  @Test func whatIsUndefinedIsNil() {
    #expect(auroc(labels: [1, 1], scores: [0, 1]) == nil)
    #expect(crossEntropy(labels: [], logits: []) == nil)
    #expect(wilsonInterval(0, of: 0) == nil)
    let matrix = ConfusionMatrix(labels: [1], probabilities: [0.2], threshold: 0.5)
    #expect(matrix.precision == nil)
    #expect(matrix.specificity == nil)
    #expect(matrix.recall == 0)
  }

  @Test func operatingPoints() {
    let labels = [0, 0, 1, 0, 1, 1, 1]
    let probabilities = [0.1, 0.2, 0.3, 0.4, 0.6, 0.7, 0.9]
    #expect(OperatingPoint.youden.threshold(labels: labels, probabilities: probabilities) == 0.5)
    let all = OperatingPoint.sensitivity(1).threshold(
      labels: labels, probabilities: probabilities)
    #expect(all == 0.25)
    let most = OperatingPoint.sensitivity(0.75).threshold(
      labels: labels, probabilities: probabilities)
    #expect(most == 0.5)
    #expect(OperatingPoint("youden") == .youden)
    #expect(OperatingPoint("sensitivity=0.95") == .sensitivity(0.95))
    #expect(OperatingPoint("0.5") == .fixed(0.5))
    for text in ["", "sensitivity=", "sensitivity=1.5", "2", "best"] {
      #expect(OperatingPoint(text) == nil, "\(text)")
    }
  }

  @Test func bootstrapDrawsClusters() throws {
    let values = (0..<60).map { Double($0 / 6) }
    func interval(_ clusters: [Int]) -> ClosedRange<Double>? {
      clusteredBootstrap(clusters: clusters, resamples: 2000, seed: 1, statistics: 1) { weights in
        let sum = zip(values, weights).reduce(0) { $0 + $1.0 * Double($1.1) }
        return [sum / Double(weights.reduce(0, +))]
      }[0]
    }
    let clusters = (0..<60).map { $0 / 6 }
    let whole = try #require(interval(clusters))
    #expect(interval(clusters) == whole)
    let single = try #require(interval(Array(0..<60)))
    // Ten clusters of six equal cases tell as much as ten cases do: √6 times the width.
    let ratio =
      (whole.upperBound - whole.lowerBound) / (single.upperBound - single.lowerBound)
    #expect(abs(ratio - 6.0.squareRoot()) < 0.25, "\(ratio)")
  }
}
