#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// The learning rate of each step.
public struct LearningRateSchedule: Hashable, Sendable {
  /// How the rate changes.
  public enum Shape: Hashable, Sendable {
    case constant
    /// Half a cosine from the base to `floor` times it (Loshchilov & Hutter 2017), after a linear
    /// warm-up over the first steps.
    case cosine(warmUp: Int, floor: Float)
    /// The base until told otherwise: each plateau multiplies it by `factor`.
    case reduceOnPlateau(factor: Float, patience: Int)
  }

  /// The rate that the shape varies.
  public var base: Float
  /// How it changes.
  public var shape: Shape
  /// Steps of the whole training.
  public var totalSteps: Int

  /// A schedule over `totalSteps`.
  public init(base: Float, shape: Shape = .constant, totalSteps: Int) {
    self.base = base
    self.shape = shape
    self.totalSteps = totalSteps
  }

  /// The rate of step `number`, from 0, after as many plateaus.
  public func rate(step number: Int, plateaus: Int = 0) -> Float {
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
