import PneumoConcurrency
import PneumoEvaluation
import PneumoSupport

/// How good models are on a set of cases: all that a report shows.
package struct Assessment: Sendable {
  /// How it is measured.
  package struct Options: Sendable {
    /// The share of positives where the model is to be used; two classes only.
    package var prevalence: Double?
    /// Resamples of the bootstrap.
    package var resamples = 2000
    /// What the bootstrap follows.
    package var seed: UInt64 = 1

    /// See the properties.
    package init(prevalence: Double? = nil, resamples: Int = 2000, seed: UInt64 = 1) {
      self.prevalence = prevalence
      self.resamples = resamples
      self.seed = seed
    }
  }

  /// How good one model is.
  package struct Result: Sendable {
    /// What it predicted.
    package let predictions: PredictionSet.ModelPredictions
    /// One of two classes, or of more.
    package let evaluation: Evaluation
    /// Of the probability of the second of two classes; of more, of the chosen one.
    package let calibration: CalibrationBins
    /// The same after temperature scaling with a bias, fitted on other patients of this set; `nil` with
    /// too few of them.
    package let recalibrated: CalibrationBins?
    /// The cross-entropy after it.
    package let recalibratedCrossEntropy: Double?

    /// Of two classes.
    var binary: BinaryEvaluation? {
      if case .binary(let evaluation) = evaluation { evaluation } else { nil }
    }
  }

  /// What was measured of one model.
  package enum Evaluation: Sendable {
    case binary(BinaryEvaluation)
    case multiclass(MulticlassEvaluation)

    /// What stands in the table.
    package var measurements: [Measurement] {
      switch self {
      case .binary(let evaluation): evaluation.measurements
      case .multiclass(let evaluation): evaluation.measurements
      }
    }

    /// What was measured, or `nil` for a metric that was not.
    package subscript(_ metric: Metric) -> Measurement? {
      measurements.first { $0.metric == metric }
    }
  }

  /// The first model against another.
  package struct Comparison: Sendable {
    /// The number of the other.
    package let other: Int
    /// The first's metrics without the other's.
    package let comparison: ModelComparison
  }

  /// The cases and the predictions.
  package let set: PredictionSet
  /// How it was measured.
  package let options: Options
  /// One a model.
  package let results: [Result]
  /// The first model against each other one, with two classes.
  package let comparisons: [Comparison]
  /// How many patients there are.
  package let patients: Int
  /// What a reader should know besides what the numbers themselves show, a sentence each.
  package var notes: [String] = []

  /// Measures.
  ///
  /// - Parameter threads: how many are kept busy; the numbers do not depend on it.
  package init(_ set: PredictionSet, options: Options = Options(), threads: Int = 1) {
    self.set = set
    self.options = options
    let (labels, clusters) = (set.labels, set.clusters)
    patients = Set(clusters).count
    results = parallelMap(set.models.count, threads: threads) { number in
      Result(set.models[number], of: set, labels, clusters, options)
    }
    comparisons =
      set.isBinary
      ? parallelMap(max(set.models.count - 1, 0), threads: threads) { number in
        let pair = [set.models[0], set.models[number + 1]].map { model in
          (model.probabilities.map { $0[1] }, model.classes.map { $0 == 1 })
        }
        return Comparison(
          other: number + 1,
          comparison: ModelComparison(
            labels: labels, first: pair[0], second: pair[1], clusters: clusters,
            resamples: options.resamples, seed: options.seed))
      } : []
  }
}

extension Assessment.Result {
  fileprivate init(
    _ predictions: PredictionSet.ModelPredictions, of set: PredictionSet, _ labels: [Int],
    _ clusters: [Int],
    _ options: Assessment.Options
  ) {
    self.predictions = predictions
    let probabilities = predictions.probabilities
    let outputs = set.isBinary ? 1 : set.classes.count
    let fitted = Calibration.crossFitted(
      labels: labels, logits: predictions.logits.flatMap(\.self), outputs: outputs,
      clusters: clusters)
    recalibratedCrossEntropy = fitted.flatMap {
      crossEntropy(labels: labels, logits: $0, outputs: outputs)
    }
    if set.isBinary {
      evaluation = .binary(
        BinaryEvaluation(
          labels: labels, probabilities: probabilities.map { $0[1] },
          predictions: predictions.classes.map { $0 == 1 }, clusters: clusters,
          prevalence: options.prevalence, resamples: options.resamples, seed: options.seed))
      calibration = CalibrationBins(labels: labels, probabilities: probabilities.map { $0[1] })
      recalibrated = fitted.map {
        CalibrationBins(labels: labels, probabilities: $0.map { sigmoid($0) })
      }
    } else {
      evaluation = .multiclass(
        MulticlassEvaluation(
          labels: labels, probabilities: probabilities, classes: set.classes.count,
          clusters: clusters, resamples: options.resamples, seed: options.seed))
      calibration = Self.bins(labels, probabilities)
      recalibrated = fitted.map { logits in
        Self.bins(
          labels,
          labels.indices.map { softmax(logits[$0 * outputs..<($0 + 1) * outputs]) })
      }
    }
  }

  /// Whether the most probable class is right, by its probability.
  private static func bins(_ labels: [Int], _ probabilities: [[Double]]) -> CalibrationBins {
    let chosen = probabilities.map { row in row.indices.reduce(0) { row[$1] > row[$0] ? $1 : $0 } }
    return CalibrationBins(
      labels: zip(labels, chosen).map { $0 == $1 ? 1 : 0 },
      probabilities: zip(probabilities, chosen).map { $0[$1] })
  }
}
