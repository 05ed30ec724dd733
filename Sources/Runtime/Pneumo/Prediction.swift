import PneumoModel
import PneumoSystem

/// What a model says of one image.
public struct Prediction: Hashable, Sendable {
  /// What the network computes before its last activation, one number per output.
  public let logits: [Float]
  /// One per label of the model.
  public let probabilities: [Float]
  /// The chosen class: with two classes the second where its probability is greater than the
  /// threshold, otherwise the most probable, the first of equals.
  public let label: String
  /// The number of the chosen class among the model's labels.
  public let labelIndex: Int
  /// With two classes the probability of the second, the positive one; otherwise that of the
  /// chosen class.
  public let probability: Float

  /// The prediction that follows from an image's logits.
  ///
  /// Throws `notFinite` if a logit is NaN or infinite: such an output favors no class, although a
  /// comparison with the threshold would choose one. Throws `setting` if the threshold is not a
  /// probability.
  ///
  /// - Parameters:
  ///   - logits: one for each output of the model.
  ///   - model: the model that computed them.
  ///   - threshold: used instead of the model's; 0 to 1.
  public init(
    logits: [Float], model: Model, threshold: Float? = nil
  ) throws(ComputeError) {
    precondition(logits.count == model.graph.outputShape.count, "one logit an output")
    if let logit = logits.first(where: { !$0.isFinite }) {
      throw ComputeError(
        .notFinite,
        "the network's output is not finite (\(logit)): the input is not, or its sums overflow")
    }
    if let threshold, !(0...1).contains(threshold) {
      throw ComputeError(.setting, "a threshold of \(threshold), expected 0 to 1")
    }
    let outputs =
      model.outputActivation == .softmax
      ? Self.softmax(logits) : logits.map { 1 / (1 + exp(-Double($0))) }
    let probabilities = outputs.count == 1 ? [1 - outputs[0], outputs[0]] : outputs
    self.logits = logits
    self.probabilities = probabilities.map(Float.init)
    if probabilities.count == 2 {
      probability = Float(probabilities[1])
      labelIndex = probability > (threshold ?? model.threshold) ? 1 : 0
    } else {
      var largest = 0
      for index in probabilities.indices where probabilities[index] > probabilities[largest] {
        largest = index
      }
      labelIndex = largest
      probability = Float(probabilities[largest])
    }
    label = model.labels[labelIndex]
  }

  private static func softmax(_ logits: [Float]) -> [Double] {
    let largest = Double(logits.max() ?? 0)
    let exponentials = logits.map { exp(Double($0) - largest) }
    let sum = exponentials.reduce(0, +)
    return exponentials.map { $0 / sum }
  }
}
