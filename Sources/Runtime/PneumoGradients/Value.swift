import PneumoCompute
import PneumoModel

/// What a layer writes and others read, for each image of a batch, and the gradient of the loss with
/// respect to it.
package final class Value: Sendable {
  /// Shape of one image's elements.
  package let shape: TensorShape
  /// The elements of all images.
  package let data: FloatBuffer
  /// As many; `nil` for the network's input, whose gradient is not needed.
  package let gradient: FloatBuffer?

  package init(_ shape: TensorShape, capacity: Int, hasGradient: Bool = true) {
    self.shape = shape
    data = FloatBuffer(count: capacity * shape.count)
    gradient = hasGradient ? FloatBuffer(count: capacity * shape.count) : nil
  }

  /// The same elements with another shape.
  package init(_ value: Value, as shape: TensorShape) {
    self.shape = shape
    data = value.data
    gradient = value.gradient
  }

  /// Elements of one image.
  package var count: Int { shape.count }
  /// Elements of the last axis.
  package var channels: Int { shape.channels }
  /// Pixels of an image; 1 of a vector.
  package var pixels: Int { count / channels }
  /// Rows and columns; 1 × 1 of a vector.
  package var extent: Extent {
    switch shape {
    case .image(let height, let width, _): Extent(height: height, width: width)
    case .vector: Extent(1)
    }
  }

  /// The elements of an image.
  package func data(_ image: Int) -> UnsafeMutablePointer<Float> { data.pointer + image * count }

  /// The gradient of an image.
  package func gradient(_ image: Int) -> UnsafeMutablePointer<Float>? {
    gradient.map { $0.pointer + image * count }
  }
}
