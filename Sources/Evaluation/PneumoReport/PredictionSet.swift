import PneumoSupport

/// Labeled cases, and what one or more models predicted for all of them.
package struct PredictionSet: Sendable {
  /// One image.
  package struct Case: Hashable, Sendable {
    /// Where it is, or another name.
    package let path: String
    /// The index of its class.
    package let label: Int
    /// Whose image it is: cases of one patient are not independent.
    package let patient: String

    /// A labeled image.
    package init(path: String, label: Int, patient: String) {
      self.path = path
      self.label = label
      self.patient = patient
    }
  }

  /// Where a threshold comes from.
  package enum ThresholdOrigin: Hashable, Sendable {
    /// The file of the model.
    case model
    /// The user gave it.
    case given
    /// Chosen on the very cases that are evaluated, by this rule.
    case chosenHere(String)
  }

  /// What one model predicted.
  package struct ModelPredictions: Sendable {
    /// Tells the models of a set apart.
    package var name: String
    /// What the model says of itself, line by line; may be empty.
    package var about: [String]
    /// Of each case: with two classes one, that of the second; else one a class.
    package let logits: [[Double]]
    /// Of each case, one a class.
    package let probabilities: [[Double]]
    /// With two classes, the second's probability as it is compared with the threshold: a model does so
    /// in single precision. Else empty.
    package let scores: [Double]
    /// The chosen class of each case.
    package private(set) var classes: [Int]
    /// With two classes: the second is chosen above this probability.
    package private(set) var threshold: Double?
    /// Where the threshold comes from.
    package private(set) var thresholdOrigin: ThresholdOrigin
    private let isSinglePrecision: Bool

    /// Predictions by the threshold; without one, the most probable class.
    ///
    /// - Parameters:
    ///   - logits: of each case one, or one a class.
    ///   - isSinglePrecision: whether thresholds are compared as a model does it.
    ///   - threshold: with two classes.
    package init(
      name: String, about: [String] = [], logits: [[Double]], probabilities: [[Double]],
      isSinglePrecision: Bool, threshold: Double?, thresholdOrigin: ThresholdOrigin
    ) {
      self.name = name
      self.about = about
      self.logits = logits
      self.probabilities = probabilities
      self.threshold = threshold
      self.thresholdOrigin = thresholdOrigin
      self.isSinglePrecision = isSinglePrecision
      classes = []
      scores =
        threshold == nil
        ? [] : probabilities.map { isSinglePrecision ? Double(Float($0[1])) : $0[1] }
      decide()
    }

    /// Chooses classes by another threshold.
    package mutating func setThreshold(_ threshold: Double, _ origin: ThresholdOrigin) {
      self.threshold = threshold
      thresholdOrigin = origin
      decide()
    }

    private mutating func decide() {
      if let threshold {
        let threshold = isSinglePrecision ? Double(Float(threshold)) : threshold
        classes = scores.map { $0 > threshold ? 1 : 0 }
      } else {
        classes = probabilities.map { row in
          row.indices.reduce(0) { row[$1] > row[$0] ? $1 : $0 }
        }
      }
    }
  }

  /// Names of the classes. Of two the second is the positive one.
  package let classes: [String]
  /// All that were classified.
  package let cases: [Case]
  /// One a model, each for all cases in their order.
  package var models: [ModelPredictions]

  /// Predictions for cases.
  package init(classes: [String], cases: [Case], models: [ModelPredictions]) {
    self.classes = classes
    self.cases = cases
    self.models = models
  }

  /// A hash of the cases' file names and classes, whatever folder they are in.
  ///
  /// It is stored with a threshold that was chosen on them, so that a report on the same cases can say so.
  package var fingerprint: String {
    let lines = cases.map { image in
      "\(image.path.split(separator: "/").last ?? "")\t\(classes[image.label])\n"
    }
    return "\(ContentHash.name):\(ContentHash(lines.sorted().joined()))"
  }

  /// Whether there are two classes.
  package var isBinary: Bool { classes.count == 2 }
  /// The class of each case.
  package var labels: [Int] { cases.map(\.label) }
  /// The number of each case's patient.
  package var clusters: [Int] {
    var numbers: [String: Int] = [:]
    return cases.map { image in
      let number = numbers[image.patient, default: numbers.count]
      numbers[image.patient] = number
      return number
    }
  }
}
