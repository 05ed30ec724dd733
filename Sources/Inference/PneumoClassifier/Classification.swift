import Pneumo

/// What a ``Classifier`` computes for an image.
public struct Classification: Hashable, Sendable {
  /// The chosen class and the probabilities. With several models, those of the mean logits.
  public let prediction: Prediction
  /// The logits of each model, in the order in which the classifier was given the models. With
  /// ``Classifier/Options/flips``, each is the mean for the image and its mirror image.
  public let logits: [[Float]]
}
