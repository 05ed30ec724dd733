import PneumoCheckpoint
import PneumoModel
import PneumoSupport

extension Architecture {
  /// The network with weights to begin training with: kernels uniform within ±√(6 / (fan-in + fan-out))
  /// (Glorot & Bengio 2010), as Keras' default; biases, beta and means 0, gamma and variances 1. The
  /// same seed gives the same weights.
  package func initialGraph(seed: UInt64) throws(CheckpointError) -> Graph {
    var number: UInt64 = 0
    return try graph { _, weight, shape throws(CheckpointError) in
      number += 1
      let count = shape.reduce(1, *)
      switch weight {
      case "kernel":
        var random = SplitMix64(key: [seed, number])
        let window = shape.dropLast(2).reduce(1, *)
        let fans = window * (shape[shape.count - 2] + shape[shape.count - 1])
        // A depthwise kernel has one input and one output for each filter.
        let isDepthwise = shape.count == 4 && shape[2] == 1 && shape[3] > 1
        let limit = (6 / Double(isDepthwise ? 2 * window : fans)).squareRoot()
        return WeightTensor(
          shape: shape,
          values: (0..<count).map { _ in
            Float((Double(random.next() >> 11) * 0x1p-52 - 1) * limit)
          })
      case "gamma", "moving_variance":
        return WeightTensor(shape: shape, values: [Float](repeating: 1, count: count))
      default:
        return WeightTensor(shape: shape, values: [Float](repeating: 0, count: count))
      }
    }
  }
}
