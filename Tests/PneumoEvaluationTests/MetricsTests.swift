import Foundation
import PneumoEvaluation
import Testing

/// What scikit-learn and SciPy answered: see Tools/make-metrics-goldens.py.
private struct MetricsGolden: Decodable {
  let labels: [Int]
  let logits: [Double]
  let auroc, cross_entropy, ece, temperature, bias: Double
  let accuracy, recall, precision, balanced_accuracy: Double
  let wilson: [Double]
}

@Suite struct MetricsTests {
  @Test func againstScikitLearn() throws {
    let url = try #require(
      Bundle.module.url(forResource: "Fixtures/metrics", withExtension: "json"))
    let cases = try JSONDecoder().decode([MetricsGolden].self, from: Data(contentsOf: url))
    #expect(cases.count == 4)
    for golden in cases {
      let probabilities = golden.logits.map { sigmoid($0) }
      func near(_ value: Double?, _ expected: Double, _ limit: Double = 1e-9) -> Bool {
        value.map { abs($0 - expected) <= limit } ?? false
      }
      #expect(near(auroc(labels: golden.labels, scores: golden.logits), golden.auroc))
      #expect(
        near(crossEntropy(labels: golden.labels, logits: golden.logits), golden.cross_entropy))
      #expect(
        near(
          expectedCalibrationError(labels: golden.labels, probabilities: probabilities),
          golden.ece))
      let calibration = Calibration(fitting: golden.labels, logits: golden.logits, outputs: 1)
      #expect(near(calibration.temperature, golden.temperature, 1e-5 * golden.temperature))
      #expect(calibration.bias.count == 1 && near(calibration.bias[0], golden.bias, 1e-5))
      let confusion = ConfusionMatrix(
        labels: golden.labels, probabilities: probabilities, threshold: 0.6)
      #expect(near(confusion.accuracy, golden.accuracy))
      #expect(near(confusion.recall, golden.recall))
      #expect(near(confusion.precision, golden.precision))
      #expect(near(confusion.balancedAccuracy, golden.balanced_accuracy))
      let interval = try #require(
        wilsonInterval(golden.labels.count { $0 == 1 }, of: golden.labels.count))
      #expect(near(interval.lowerBound, golden.wilson[0]))
      #expect(near(interval.upperBound, golden.wilson[1]))
    }
  }

  /// What SciPy's optimiser found: see Tools/make-metrics-goldens.py.
  @Test func calibrationOfThreeClasses() throws {
    struct Golden: Decodable {
      let labels: [Int]
      let logits, bias: [Double]
      let temperature, before, after: Double
    }
    let url = try #require(
      Bundle.module.url(forResource: "Fixtures/calibration", withExtension: "json"))
    let golden = try JSONDecoder().decode(Golden.self, from: Data(contentsOf: url))
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
    func mean(_ cases: [Int]) -> Double? {
      cases.reduce(0) { $0 + values[$1] } / Double(cases.count)
    }
    let clusters = (0..<60).map { $0 / 6 }
    let whole = try #require(
      clusteredBootstrap(clusters: clusters, resamples: 2000, seed: 1, statistic: mean))
    #expect(
      clusteredBootstrap(clusters: clusters, resamples: 2000, seed: 1, statistic: mean) == whole)
    let single = try #require(
      clusteredBootstrap(
        clusters: Array(0..<60), resamples: 2000, seed: 1, statistic: mean))
    // Ten clusters of six equal cases tell as much as ten cases do: √6 times the width.
    let ratio =
      (whole.upperBound - whole.lowerBound) / (single.upperBound - single.lowerBound)
    #expect(abs(ratio - 6.0.squareRoot()) < 0.25, "\(ratio)")
  }
}
