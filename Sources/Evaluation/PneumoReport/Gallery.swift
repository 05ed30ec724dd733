import PneumoEvaluation
import PneumoSupport

/// X-rays to look at: where the model errs, doubts, and is right.
package struct Gallery: Sendable {
  /// A kind of images.
  package enum Kind: String, CaseIterable, Sendable {
    case errors
    case doubts
    case right

    /// Above the pictures.
    package var title: String {
      switch self {
      case .errors: "Most confident errors"
      case .doubts: "Least certain"
      case .right: "Correct"
      }
    }

    /// What is chosen.
    package var explanation: String {
      switch self {
      case .errors: "Wrong predictions, those furthest from the threshold first."
      case .doubts: "Nearest to the threshold, right or wrong."
      case .right: "Correct predictions, drawn at random from each class in turn."
      }
    }
  }

  /// An X-ray with its heat map.
  package struct Picture: Sendable {
    /// The index of the case.
    package let index: Int
    /// A JPEG file.
    package let image: [UInt8]
    /// A JPEG file of the same proportions, that lies over the image; `nil` without one.
    package let heatMap: [UInt8]?

    /// A picture of a case.
    package init(index: Int, image: [UInt8], heatMap: [UInt8]?) {
      self.index = index
      self.image = image
      self.heatMap = heatMap
    }
  }

  /// The number of the model that the pictures are about.
  package let model: Int
  /// How the heat maps were made, in a few words.
  package let method: String
  /// By kind, in the order of ``choices(_:in:count:seed:)``.
  package let pictures: [Kind: [Picture]]

  /// Images with what a model predicted.
  package init(model: Int, method: String, pictures: [Kind: [Picture]]) {
    self.model = model
    self.method = method
    self.pictures = pictures
  }

  /// The indices of the cases that belong into a gallery of a model, at most `count` a kind.
  package static func choices(
    _ kind: Kind, model: Int, in set: PredictionSet, count: Int, seed: UInt64 = 1
  ) -> [Int] {
    let predictions = set.models[model]
    let isRight = zip(predictions.classes, set.cases).map { $0 == $1.label }
    let distances = set.cases.indices.map { distance(predictions, $0) }
    switch kind {
    case .errors:
      return set.cases.indices.filter { !isRight[$0] }
        .sorted { (distances[$1], $0) < (distances[$0], $1) }.prefix(count).map(\.self)
    case .doubts:
      return set.cases.indices.sorted { (distances[$0], $0) < (distances[$1], $1) }
        .prefix(count).map(\.self)
    case .right:
      var random = SplitMix64(state: seed)
      var left = set.classes.indices.map { label in
        set.cases.indices.filter { isRight[$0] && set.cases[$0].label == label }
      }
      var chosen: [Int] = []
      while chosen.count < count, left.contains(where: { !$0.isEmpty }) {
        for label in left.indices where !left[label].isEmpty && chosen.count < count {
          chosen.append(left[label].remove(at: random.below(left[label].count)))
        }
      }
      return chosen
    }
  }

  /// How far a prediction is from changing: in logits from the threshold, or from the second class.
  private static func distance(_ predictions: PredictionSet.ModelPredictions, _ index: Int)
    -> Double
  {
    if let threshold = predictions.threshold {
      return abs(predictions.logits[index][0] - logit(threshold))
    }
    let sorted = predictions.logits[index].sorted(by: >)
    return sorted.count > 1 ? sorted[0] - sorted[1] : 0
  }
}
