import PneumoEvaluation
import PneumoSupport

/// How good validation predictions are after calibration.
package struct Summary: Hashable, Sendable {
  /// Chosen on these predictions.
  package let calibration: Calibration
  /// Images.
  package let count: Int
  /// With two classes at the threshold, else of the most probable class.
  package let accuracy: Double
  /// After calibration.
  package let crossEntropy: Double
  /// After calibration; with more than two classes, of the probability of the chosen class.
  package let calibrationError: Double
  /// What only two classes have.
  package let binary: Binary?
  /// How many images the rarest class has.
  private let leastCount: Int

  /// Fewer images of a class than this leave calibration and threshold to chance.
  private static let fewImages = 50

  /// What makes these numbers less certain than they look, a sentence each without its period.
  package var notes: [String] {
    var notes: [String] = []
    if calibration.isAtLimit {
      notes.append(
        "The temperature of the calibration, \(Format.fixed(calibration.temperature, 2)), is at its "
          + "limit: the network tells these images apart so well, or so badly, that they do not "
          + "determine it, and probabilities on new images are likely to be overconfident")
    }
    if leastCount < Self.fewImages {
      notes.append(
        "Calibration, threshold and metrics rest on \(count) validation images, \(leastCount) of the "
          + "rarest class; expected at least \(Self.fewImages) of each")
    }
    if let auroc = binary?.auroc, auroc < 0.5 {
      notes.append(
        "The AUROC, \(Format.fixed(auroc, 4)), is below 0.5: the network tells the classes apart the "
          + "wrong way round, or not at all")
    }
    return notes
  }

  /// How well class 1 is told from class 0.
  package struct Binary: Hashable, Sendable {
    /// How the threshold was chosen.
    package let operatingPoint: OperatingPoint
    /// Above which probability, after calibration, class 1 is chosen.
    package let threshold: Double
    /// Before or after calibration: it does not change an order.
    package let auroc: Double?
    /// 95%, patients drawn with replacement.
    package let aurocInterval: ClosedRange<Double>?
    /// At the threshold.
    package let confusion: ConfusionMatrix

    fileprivate init(
      choosing point: OperatingPoint, _ labels: [Int], _ probabilities: [Double], clusters: [Int]
    ) {
      operatingPoint = point
      // A model holds its threshold in single precision, and compares in it.
      let scores = probabilities.map { Double(Float($0)) }
      threshold = Double(Float(point.threshold(labels: labels, probabilities: scores)))
      let cases = RankedCases(labels: labels, scores: probabilities)
      auroc = cases.auroc()
      aurocInterval =
        clusteredBootstrap(clusters: clusters, resamples: 1000, seed: 1, statistics: 1) {
          [cases.auroc(weights: $0)]
        }[0]
      confusion = ConfusionMatrix(
        labels: labels, probabilities: scores, threshold: threshold)
    }
  }

  /// Chooses calibration and, with two classes, threshold on predictions, and measures these.
  ///
  /// - Parameter groups: whose image each sample of the data set is.
  package init(
    choosing point: OperatingPoint, on predictions: Predictions, groups: [Int]
  ) {
    let (labels, scores) = (predictions.labels, predictions.scores)
    calibration = Calibration(fitting: labels, logits: scores, outputs: predictions.outputs)
    let probabilities = predictions.probabilities(calibration)
    count = labels.count
    let classes = predictions.outputs == 1 ? 2 : predictions.outputs
    leastCount = (0..<classes).map { label in labels.count { $0 == label } }.min() ?? 0
    crossEntropy =
      PneumoEvaluation.crossEntropy(
        labels: labels, logits: calibration(scores), outputs: predictions.outputs) ?? 0
    if probabilities.allSatisfy({ $0.count == 2 }) {
      let positive = probabilities.map { $0[1] }
      let binary = Binary(
        choosing: point, labels, positive, clusters: predictions.samples.map { groups[$0] })
      accuracy = binary.confusion.accuracy ?? 0
      calibrationError = expectedCalibrationError(labels: labels, probabilities: positive) ?? 0
      self.binary = binary
    } else {
      let chosen = probabilities.map { row in row.indices.max { row[$0] < row[$1] } ?? 0 }
      let right = zip(chosen, labels).map { $0 == $1 ? 1 : 0 }
      accuracy = Double(right.reduce(0, +)) / Double(max(count, 1))
      calibrationError =
        expectedCalibrationError(
          labels: right, probabilities: zip(probabilities, chosen).map { $0[$1] }) ?? 0
      binary = nil
    }
  }

  /// The numbers under their names.
  package var metrics: [(name: String, value: Double)] {
    let all: [(String, Double?)] = [
      ("auroc", binary?.auroc), ("accuracy", accuracy), ("recall", binary?.confusion.recall),
      ("specificity", binary?.confusion.specificity),
      ("precision", binary?.confusion.precision), ("cross_entropy", crossEntropy),
      ("ece", calibrationError),
    ]
    return all.compactMap { name, value in value.map { (name, $0) } }
  }
}
