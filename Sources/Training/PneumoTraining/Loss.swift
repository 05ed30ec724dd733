import PneumoSystem

/// Cross-entropy of logits: binary where there is one, of the probability of class 1; categorical
/// where there are several.
package struct Loss: Hashable, Sendable {
  /// How much of the truth is spread evenly over the classes (Szegedy et al. 2016).
  package var labelSmoothing: Float
  /// The weight of each class; empty: all are 1. The mean divides by the number of images, as Keras
  /// does.
  package var classWeights: [Float]

  /// A loss without weights and smoothing.
  package init(labelSmoothing: Float = 0, classWeights: [Float] = []) {
    self.labelSmoothing = labelSmoothing
    self.classWeights = classWeights
  }

  /// The loss of one image, and its gradient with respect to the logits.
  ///
  /// - Parameters:
  ///   - logits: 1 or as many as there are classes.
  ///   - gradient: as many; written.
  func evaluate(
    _ logits: UnsafePointer<Float>, count: Int, label: Int,
    gradient: UnsafeMutablePointer<Float>
  ) -> Double {
    let weight = classWeights.isEmpty ? 1 : classWeights[label]
    if count == 1 {
      let truth = Float(label) * (1 - labelSmoothing) + labelSmoothing / 2
      let z = logits[0]
      // max(z, 0) - z · y + log(1 + exp(-|z|)): neither exp nor log can overflow.
      let e = exp(-abs(z))
      let probability = z >= 0 ? 1 / (1 + e) : e / (1 + e)
      gradient[0] = weight * (probability - truth)
      return Double(weight) * (Double(max(z, 0)) - Double(z) * Double(truth) + Double(log1p(e)))
    }
    var largest = logits[0]
    for i in 1..<count where logits[i] > largest { largest = logits[i] }
    var sum: Float = 0
    for i in 0..<count {
      gradient[i] = exp(logits[i] - largest)
      sum += gradient[i]
    }
    let logarithm = Double(largest) + Double(log(sum))
    var loss = 0.0
    for i in 0..<count {
      let truth =
        (i == label ? 1 - labelSmoothing : 0) + labelSmoothing / Float(count)
      loss += Double(truth) * (logarithm - Double(logits[i]))
      gradient[i] = weight * (gradient[i] / sum - truth)
    }
    return Double(weight) * loss
  }

  /// The class that logits choose.
  static func choice(_ logits: UnsafePointer<Float>, count: Int) -> Int {
    if count == 1 { return logits[0] > 0 ? 1 : 0 }
    return (1..<count).reduce(0) { logits[$1] > logits[$0] ? $1 : $0 }
  }
}
