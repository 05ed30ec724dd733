import PneumoCheckpoint
import PneumoModel
import PneumoSupport

extension Architecture {
  /// The network with weights to begin training with. The same seed gives the same weights.
  package func initialGraph(seed: UInt64) -> Graph {
    var number: UInt64 = 0
    return mapWeights { _, _, weight in
      number += 1
      let count = weight.shape.reduce(1, *)
      switch weight.initializer {
      case .constant(let value):
        return WeightTensor(
          shape: weight.shape, values: [Float](repeating: value, count: count))
      case .glorotUniform:
        var random = SplitMix64(key: [seed, number])
        let limit = weight.glorotLimit
        return WeightTensor(
          shape: weight.shape,
          values: (0..<count).map { _ in
            Float((Double(random.next() >> 11) * 0x1p-52 - 1) * limit)
          })
      }
    }
  }
}
