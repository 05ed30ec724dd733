import PneumoModel

/// A weight that is yet to be drawn.
package struct WeightSpec: LayerWeight, Hashable {
  /// What a weight begins as.
  package enum Initializer: Hashable, Sendable {
    /// Uniform within ±√(6 / (fan-in + fan-out)) (Glorot & Bengio 2010), Keras' default for kernels.
    case glorotUniform
    case constant(Float)
  }

  /// How training changes a weight.
  package enum Learning: Hashable, Sendable {
    /// By the gradient of the loss and of `penalty · Σ w²`.
    case gradient(penalty: Float)
    /// As a moving average of the data: `average · momentum + value · (1 - momentum)`.
    case movingAverage(momentum: Float)
  }

  /// The extent of each axis.
  package var shape: [Int]
  /// What it begins as.
  package var initializer: Initializer
  /// How training changes it.
  package var learning: Learning

  package init(
    shape: [Int], initializer: Initializer, learning: Learning = .gradient(penalty: 0)
  ) {
    self.shape = shape
    self.initializer = initializer
    self.learning = learning
  }

  /// No elements.
  package static var empty: WeightSpec { WeightSpec(shape: [], initializer: .constant(0)) }

  /// A kernel, whose last axis counts outputs and whose last but one counts inputs of a group.
  package static func kernel(_ shape: [Int], penalty: Float = 0) -> WeightSpec {
    WeightSpec(
      shape: shape, initializer: .glorotUniform, learning: .gradient(penalty: penalty))
  }

  /// A bias of zeros.
  package static func bias(_ count: Int) -> WeightSpec {
    WeightSpec(shape: [count], initializer: .constant(0))
  }

  /// The factor of the L2 penalty.
  package var penalty: Float {
    switch learning {
    case .gradient(let penalty): penalty
    case .movingAverage: 0
    }
  }

  /// The bound of ``Initializer/glorotUniform`` for a kernel of this shape, with the fans as Keras
  /// counts them: the last two axes, each times the size of the window.
  package var glorotLimit: Double {
    let window = shape.dropLast(2).reduce(1, *)
    let fans = shape.suffix(2).reduce(0) { $0 + window * $1 }
    return (6 / Double(fans)).squareRoot()
  }
}
