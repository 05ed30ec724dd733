import PneumoKernelABI

/// A layer that computes its output, and from the gradient of that those of what it read.
///
/// Phases are listed once and run for each batch. Backward phases add the gradients of what the layer
/// read to what is there, and may change the gradient of what it wrote, which is not needed any more.
package protocol GradientLayer: Sendable {
  /// As in the graph.
  var name: String { get }
  /// The layer's weights.
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

extension GradientLayer {
  package var parameters: [Parameter] { [] }
  package var scratchCount: Int { 0 }
  package var multiplyAdds: Int { 0 }
  package func prepare() {}
}

extension UnsafeMutablePointer<Float> {
  /// Sets `count` elements to zero.
  package func clear(_ count: Int) { update(repeating: 0, count: count) }

  /// Writes the transpose of a matrix of `rows` × `columns`, whose rows are `rowStride` apart.
  func writeTranspose(
    of matrix: UnsafePointer<Float>, rows: Int, columns: Int, rowStride: Int
  ) {
    for row in 0..<rows {
      for column in 0..<columns { self[column * rows + row] = matrix[row * rowStride + column] }
    }
  }
}
