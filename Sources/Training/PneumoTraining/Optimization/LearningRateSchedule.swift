import PneumoSystem

/// The learning rate of each step.
package struct LearningRateSchedule: Hashable, Sendable {
  /// How the rate changes.
  package enum Shape: Hashable, Sendable {
    case constant
    /// Half a cosine from the base to `floor` times it (Loshchilov & Hutter 2017), after a linear
    /// warm-up over the first steps.
    case cosine(warmUp: Int, floor: Float)
    /// The base until told otherwise: each plateau multiplies it by `factor`.
    case reduceOnPlateau(factor: Float, patience: Int)
  }

  /// The rate that the shape varies.
  package var base: Float
  /// How it changes.
  package var shape: Shape
  /// Steps of the whole training.
  package var totalSteps: Int

  /// A schedule over `totalSteps`.
  package init(base: Float, shape: Shape = .constant, totalSteps: Int) {
    self.base = base
    self.shape = shape
    self.totalSteps = totalSteps
  }

  /// The rate of step `number`, from 0, after as many plateaus.
  package func rate(step number: Int, plateaus: Int = 0) -> Float {
    switch shape {
    case .constant:
      return base
    case .reduceOnPlateau(let factor, _):
      return base * pow(factor, Float(plateaus))
    case .cosine(let warmUp, let floor):
      if number < warmUp { return base * Float(number + 1) / Float(warmUp) }
      let progress = Float(number - warmUp) / Float(max(totalSteps - warmUp, 1))
      return base * (floor + (1 - floor) * 0.5 * (1 + cos(.pi * min(progress, 1))))
    }
  }
}
