import PneumoEvaluation
import PneumoJSON

/// How good validation predictions are after calibration, with two classes.
public struct Summary: Hashable, Sendable {
  /// What logits are divided by.
  public let temperature: Double
  /// Above which probability, after calibration, class 1 is chosen.
  public let threshold: Double
  /// Images.
  public let count: Int
  /// Before or after calibration: it does not change an order.
  public let auroc: Double?
  /// 95%, patients drawn with replacement.
  public let aurocInterval: ClosedRange<Double>?
  /// After calibration.
  public let crossEntropy: Double
  /// After calibration.
  public let calibrationError: Double
  /// At the threshold.
  public let confusion: ConfusionMatrix

  /// Chooses temperature and threshold on predictions, and measures these.
  ///
  /// - Parameter groups: whose image each sample of the data set is.
  public init(
    choosing point: OperatingPoint, on predictions: Predictions, groups: [Int]
  ) {
    let temperature = PneumoEvaluation.temperature(
      labels: predictions.labels, logits: predictions.scores)
    let threshold = point.threshold(
      labels: predictions.labels,
      probabilities: predictions.probabilities(temperature: temperature))
    self.init(
      temperature: temperature, threshold: threshold, of: predictions, groups: groups)
  }

  /// Measures predictions at a temperature and a threshold that were chosen elsewhere.
  public init(
    temperature: Double, threshold: Double, of predictions: Predictions, groups: [Int]
  ) {
    self.temperature = temperature
    self.threshold = threshold
    let (labels, scores) = (predictions.labels, predictions.scores)
    let probabilities = predictions.probabilities(temperature: temperature)
    count = labels.count
    auroc = PneumoEvaluation.auroc(labels: labels, scores: scores)
    aurocInterval = clusteredBootstrap(
      clusters: predictions.samples.map { groups[$0] }, resamples: 1000, seed: 1
    ) { cases in
      PneumoEvaluation.auroc(labels: cases.map { labels[$0] }, scores: cases.map { scores[$0] })
    }
    crossEntropy =
      PneumoEvaluation.crossEntropy(labels: labels, logits: scores.map { $0 / temperature }) ?? 0
    calibrationError =
      expectedCalibrationError(labels: labels, probabilities: probabilities) ?? 0
    confusion = ConfusionMatrix(
      labels: labels, probabilities: probabilities, threshold: threshold)
  }

  /// The numbers under their names.
  public var metrics: [(name: String, value: Double)] {
    let all: [(String, Double?)] = [
      ("auroc", auroc), ("accuracy", confusion.accuracy), ("recall", confusion.recall),
      ("specificity", confusion.specificity), ("precision", confusion.precision),
      ("cross_entropy", crossEntropy), ("ece", calibrationError),
    ]
    return all.compactMap { name, value in value.map { (name, $0) } }
  }

  /// What `metrics.json` says.
  public var json: JSON {
    .object(
      [
        JSON.Member("images", .int(count)), JSON.Member("temperature", .double(temperature)),
        JSON.Member("threshold", .double(threshold)),
      ] + metrics.map { JSON.Member($0.name, .double($0.value)) }
        + [
          JSON.Member(
            "auroc_interval",
            aurocInterval.map { .array([.double($0.lowerBound), .double($0.upperBound)]) } ?? .null),
          JSON.Member(
            "confusion",
            .object([
              "true_positives": .int(confusion.truePositives),
              "false_positives": .int(confusion.falsePositives),
              "true_negatives": .int(confusion.trueNegatives),
              "false_negatives": .int(confusion.falseNegatives),
            ])),
        ])
  }
}
