import PneumoSystem

/// How gradients change parameters.
package enum Optimizer: Hashable, Sendable {
  /// Adam with Keras' epsilon (Kingma & Ba 2015, the note on "epsilon hat"). A `weightDecay` makes it
  /// AdamW (Loshchilov & Hutter 2019): kernels are also multiplied by `1 - rate * weightDecay`.
  case adam(
    beta1: Double = 0.9, beta2: Double = 0.999, epsilon: Float = 1e-7, weightDecay: Float = 0)
  /// Stochastic gradient descent with momentum.
  case sgd(momentum: Double = 0.9)

  /// Whether there is a second moment.
  var hasSecondMoment: Bool { if case .adam = self { true } else { false } }

  /// The size of step `number`, from 1, with the correction of Adam's biases.
  func rate(_ rate: Float, step number: Int) -> Float {
    guard case .adam(let beta1, let beta2, _, _) = self else { return rate }
    // In Float, as Keras does.
    let correction1 = 1 - pow(Float(beta1), Float(number))
    let correction2 = 1 - pow(Float(beta2), Float(number))
    return rate * correction2.squareRoot() / correction1
  }
}
