import PneumoKernelABI
import PneumoModel

extension Value {
  /// Elements of an image with a border of zeros.
  func paddedCount(_ insets: Insets) -> Int {
    (extent.height + insets.top + insets.bottom) * paddedRowCount(insets)
  }

  /// Elements of a row with a border of zeros.
  func paddedRowCount(_ insets: Insets) -> Int {
    (extent.width + insets.left + insets.right) * channels
  }

  /// Copies an image into one with a border of zeros.
  func copyPadded(_ image: Int, _ insets: Insets, to output: UnsafeMutablePointer<Float>) {
    output.clear(paddedCount(insets))
    let row = extent.width * channels
    for y in 0..<extent.height {
      (output + (y + insets.top) * paddedRowCount(insets) + insets.left * channels)
        .update(from: data(image) + y * row, count: row)
    }
  }

  /// Adds the gradient of an image with a border to that of the image.
  func addUnpadded(
    _ padded: UnsafePointer<Float>, _ insets: Insets, _ image: Int, _ kernels: KernelTable
  ) {
    guard let gradient = gradient(image) else { return }
    let row = extent.width * channels
    for y in 0..<extent.height {
      kernels.training.addScaled(
        padded + (y + insets.top) * paddedRowCount(insets) + insets.left * channels, 1,
        gradient + y * row, row)
    }
  }
}
