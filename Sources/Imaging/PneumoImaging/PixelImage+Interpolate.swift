import PneumoModel

extension PixelImage {

  /// The image at `size` by linear interpolation between the four nearest pixels, to the bit what
  /// `tf.image.resize(image, size, method="bilinear", antialias=False)` of TensorFlow 2 gives.
  ///
  /// Unlike Pillow's filter, it looks at no more than four pixels where it shrinks an image, and
  /// does not round: `size.height * size.width * channels` floats of 0...255, rows of pixels.
  ///
  /// - Precondition: sides of at least 1, of the image and of the result.
  func interpolated(to size: Extent) -> [Float] {
    let across = InterpolationAxis(from: width, to: size.width)
    let down = InterpolationAxis(from: height, to: size.height)
    let count = size.height * size.width * channels
    return [Float](unsafeUninitializedCapacity: count) { target, initialized in
      pixels.withUnsafeBufferPointer { pixels in
        var end = 0
        // SAFETY: the axes name pixels of this image; `end` counts the floats of the result.
        for row in 0..<size.height {
          let upper = down.lower[row] * width
          let lower = down.upper[row] * width
          for column in 0..<size.width {
            let (left, right) = (across.lower[column], across.upper[column])
            for channel in 0..<channels {
              func value(_ pixel: Int) -> Float { Float(pixels[pixel * channels + channel]) }
              let (x, y) = (across.fraction[column], down.fraction[row])
              let topLeft = value(upper + left)
              let top = topLeft + (value(upper + right) - topLeft) * x
              let bottomLeft = value(lower + left)
              let bottom = bottomLeft + (value(lower + right) - bottomLeft) * x
              target[end] = top + (bottom - top) * y
              end += 1
            }
          }
        }
      }
      initialized = count
    }
  }
}

/// For each pixel along one axis of the result: the two source pixels around its center, and how far
/// from the first to the second it lies (`compute_interpolation_weights` in TensorFlow's
/// `resize_bilinear_op.cc`, half-pixel centers).
private struct InterpolationAxis {
  private(set) var lower: [Int] = []
  private(set) var upper: [Int] = []
  private(set) var fraction: [Float] = []

  init(from source: Int, to target: Int) {
    let scale = Float(source) / Float(target)
    for index in 0..<target {
      // In single precision and in this order, as there.
      let position = (Float(index) + 0.5) * scale - 0.5
      let floor = position.rounded(.down)
      lower.append(max(Int(floor), 0))
      upper.append(min(Int(position.rounded(.up)), source - 1))
      fraction.append(position - floor)
    }
  }
}
