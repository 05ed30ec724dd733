/// What training minimises.
public enum Loss: Hashable, Sendable {
  /// Of one logit, whose sigmoid is the probability of class 1.
  case binaryCrossEntropy
  /// Of one logit per class.
  case categoricalCrossEntropy
}
