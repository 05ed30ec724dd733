import PneumoKernelABI

/// The kernels of a table, at the shapes of the reference network and of some other layers.
///
/// To add a kernel, write a function that makes its ``KernelCase`` and list its shapes here.
enum KernelCases {
  /// All cases, with the reference network's shapes for `size` × `size` images.
  static func all(_ kernels: KernelTable, size: Int) -> [KernelCase] {
    network(kernels, size: size) + others(kernels)
  }

  /// The layers of the reference network.
  private static func network(_ kernels: KernelTable, size: Int) -> [KernelCase] {
    var cases: [KernelCase] = []
    var (side, channels) = (size, 3)
    for filters in [32, 64, 128, 128] {
      cases.append(
        convolution(
          kernels, side: side, channels: channels, filters: filters, window: 3, isPooled: true))
      if channels > 3 {
        for tileSize in [2, 4, 6] {
          cases += winograd(
            kernels, side: side, channels: channels, filters: filters, tileSize: tileSize)
        }
      } else {
        for channels in [channels, 1] {  // 1 if the image is gray
          cases.append(
            winogradRows(kernels, side: side, channels: channels, filters: filters))
        }
      }
      (side, channels) = ((side - 2) / 2, filters)
    }
    let inputs = side * side * channels
    for (inputs, outputs) in [(inputs, 512), (512, 64), (64, 1)] {
      for images in [1, 16] {
        for isHalf in [false, true] {
          cases.append(
            dense(kernels, images: images, inputs: inputs, outputs: outputs, isHalf: isHalf))
        }
      }
    }
    return cases
  }

  /// Layers found in other networks.
  private static func others(_ kernels: KernelTable) -> [KernelCase] {
    [
      gray(kernels, pixels: 150 * 150),
      convolution(
        kernels, side: 150, channels: 1, filters: 32, window: 3, isPooled: true),
      convolution(kernels, side: 74, channels: 32, filters: 64, window: 3),
      convolution(kernels, side: 37, channels: 64, filters: 128, window: 1),
      convolution(kernels, side: 75, channels: 32, filters: 64, window: 3, stride: 2),
      depthwise(kernels, side: 37, channels: 128, stride: 1),
      depthwise(kernels, side: 37, channels: 128, stride: 2),
      pooling(kernels, side: 72, channels: 64, isMaximum: true),
      pooling(kernels, side: 36, channels: 128, isMaximum: false),
    ] + elementwise(kernels, pixels: 36 * 36, channels: 128)
      + loading(kernels, rows: 6272, columns: 512)
  }
}
