import PneumoCompute
import PneumoModel

/// Trained numbers of a layer, with their gradient and what an optimiser keeps of them.
final class Parameter: @unchecked Sendable {
  // SAFETY: values change in phases that no other phase runs beside.

  /// How the numbers are stored.
  enum Layout: Hashable, Sendable {
    /// As in the graph.
    case rowMajor
    /// Blocks of columns of a matrix, each row by row, zeros where the last block lacks columns: what
    /// the dense kernel multiplies with.
    case blocks(rows: Int, columns: Int, blockColumns: Int)

    /// Elements stored for `count` numbers.
    func storedCount(_ count: Int) -> Int {
      switch self {
      case .rowMajor: count
      case .blocks(let rows, let columns, let block): rows * ((columns + block - 1) / block * block)
      }
    }

    /// Where number `index` of the row-major order is stored.
    func place(_ index: Int) -> Int {
      switch self {
      case .rowMajor: return index
      case .blocks(let rows, let columns, let block):
        let (row, column) = index.quotientAndRemainder(dividingBy: columns)
        return (column / block * rows + row) * block + column % block
      }
    }
  }

  /// `layer/weight`, as in checkpoints.
  let name: String
  /// As in the graph.
  let shape: [Int]
  /// How it is stored.
  let layout: Layout
  /// The factor of an L2 penalty, `penalty · Σ w²`.
  let penalty: Float
  /// Whether AdamW's decay shrinks it: kernels, but no biases.
  let isDecayed: Bool
  /// Whether an optimiser changes it: all but moving statistics.
  let isTrained: Bool
  /// The numbers.
  let values: FloatBuffer
  /// The gradient of the data term of the loss.
  let gradient: FloatBuffer
  /// The optimiser's first moment, or momentum.
  let first: FloatBuffer
  /// The optimiser's second moment.
  let second: FloatBuffer

  init(
    _ name: String, _ tensor: WeightTensor, layout: Layout = .rowMajor, penalty: Float = 0,
    isDecayed: Bool = false, isTrained: Bool = true
  ) {
    self.name = name
    self.layout = layout
    self.penalty = penalty
    self.isDecayed = isDecayed
    self.isTrained = isTrained
    shape = tensor.shape
    let count = layout.storedCount(tensor.count)
    values = FloatBuffer(count: count)
    gradient = FloatBuffer(count: count)
    first = FloatBuffer(count: count)
    second = FloatBuffer(count: count)
    fill(values, from: tensor.values())
  }

  /// Number of trained numbers.
  var count: Int { shape.reduce(1, *) }
  /// Number of stored ones.
  var storedCount: Int { values.count }

  /// The numbers of one of the buffers in the order of the graph.
  func numbers(of buffer: FloatBuffer) -> [Float] {
    (0..<count).map { buffer.pointer[layout.place($0)] }
  }

  /// Fills one of the buffers with numbers in the order of the graph.
  func fill(_ buffer: FloatBuffer, from numbers: [Float]) {
    precondition(numbers.count == count, "as many numbers as the shape says")
    for (index, number) in numbers.enumerated() { buffer.pointer[layout.place(index)] = number }
  }
}
