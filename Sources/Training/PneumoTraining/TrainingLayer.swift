import PneumoKernelABI

/// A layer that can be trained.
///
/// Phases are listed once and run for each batch. Backward phases add the gradients of what the layer
/// read to what is there, and may change the gradient of what it wrote, which nobody needs any more.
protocol TrainingLayer: Sendable {
  /// As in the graph.
  var name: String { get }
  /// The layer's trained numbers.
  var parameters: [Parameter] { get }
  /// Elements of scratch memory that a slot needs.
  var scratchCount: Int { get }
  /// Multiplications with additions of the forward pass for one image, as the definition counts them.
  var multiplyAdds: Int { get }
  /// Makes the forms of the weights that the kernels read; once for each batch.
  func prepare()
  /// From what the layer reads to what it writes.
  var forwardPhases: [Phase] { get }
  /// From the gradient of what the layer wrote to those of its parameters and of what it read.
  var backwardPhases: [Phase] { get }
}

extension TrainingLayer {
  var parameters: [Parameter] { [] }
  var scratchCount: Int { 0 }
  var multiplyAdds: Int { 0 }
  func prepare() {}
}

extension UnsafeMutablePointer<Float> {
  /// Sets `count` elements to zero.
  func clear(_ count: Int) { update(repeating: 0, count: count) }

  /// Writes the transpose of a matrix of `rows` × `columns`, whose rows are `rowStride` apart.
  func writeTranspose(
    of matrix: UnsafePointer<Float>, rows: Int, columns: Int, rowStride: Int
  ) {
    for row in 0..<rows {
      for column in 0..<columns { self[column * rows + row] = matrix[row * rowStride + column] }
    }
  }
}
