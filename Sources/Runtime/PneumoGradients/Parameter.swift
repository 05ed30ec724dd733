import PneumoCompute
import PneumoModel

/// A weight of a layer, with its gradient and what an optimizer keeps of it.
package final class Parameter: @unchecked Sendable {
  // SAFETY: values change in phases that no other phase runs beside.

  /// How the elements are stored.
  package enum Layout: Hashable, Sendable {
    /// As in the graph.
    case rowMajor
    /// Blocks of columns of a matrix, each row by row, zeros where the last block lacks columns: what
    /// the dense kernel multiplies with.
    case blocks(rows: Int, columns: Int, blockColumns: Int)

    /// Elements stored for `count` of the weight.
    func storedCount(_ count: Int) -> Int {
      switch self {
      case .rowMajor: count
      case .blocks(let rows, let columns, let block): rows * ((columns + block - 1) / block * block)
      }
    }

    /// Where element `index` of the row-major order is stored.
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
  package let name: String
  /// As in the graph.
  package let shape: [Int]
  /// How it is stored.
  package let layout: Layout
  /// The factor of an L2 penalty, `penalty · Σ w²`.
  package let penalty: Float
  /// Whether AdamW's decay shrinks it: kernels, but no biases.
  package let isDecayed: Bool
  /// Whether it has a gradient, by which an optimizer changes it: in training all weights but moving
  /// statistics. Otherwise the buffers for that are empty.
  package let isTrained: Bool
  /// The elements.
  package let values: FloatBuffer
  /// The gradient of the data term of the loss.
  package let gradient: FloatBuffer
  /// The optimizer's first moment, or momentum.
  package let first: FloatBuffer
  /// The optimizer's second moment.
  package let second: FloatBuffer

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
    let changing = isTrained ? count : 0
    gradient = FloatBuffer(count: changing)
    first = FloatBuffer(count: changing)
    second = FloatBuffer(count: changing)
    fill(values, from: tensor.values())
  }

  /// Number of elements.
  package var count: Int { shape.reduce(1, *) }
  /// Number of stored elements.
  package var storedCount: Int { values.count }

  /// The elements of one of the buffers in the order of the graph.
  package func elements(of buffer: FloatBuffer) -> [Float] {
    precondition(buffer.count == storedCount, "a weight without a gradient has its values alone")
    return (0..<count).map { buffer.pointer[layout.place($0)] }
  }

  /// Fills one of the buffers with elements in the order of the graph.
  package func fill(_ buffer: FloatBuffer, from elements: [Float]) {
    precondition(elements.count == count, "as many elements as the shape says")
    for (index, element) in elements.enumerated() {
      buffer.pointer[layout.place(index)] = element
    }
  }
}
