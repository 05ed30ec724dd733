import PneumoModel

extension PixelImage {

  /// The image at `size`, to the bit what Pillow's `Image.resize` gives with the same filter. What
  /// `tensorFlowBilinear` gives is rounded.
  ///
  /// An image of that size already is returned as it is.
  ///
  /// - Precondition: sides of at least 1, of the image and of the result.
  public func resized(to size: Extent, filter: Preprocessing.Filter) -> PixelImage {
    precondition(width > 0 && height > 0, "an empty image has no pixels to resize")
    precondition(size.width > 0 && size.height > 0, "an image has at least one pixel")
    if size.width == width, size.height == height { return self }
    switch filter {
    case .nearest: return resizedToNearest(size)
    case .box, .bilinear, .hamming, .bicubic, .lanczos: return resampled(to: size, filter: filter)
    case .tensorFlowBilinear:
      let pixels = interpolated(to: size).map { UInt8($0.rounded(.toNearestOrEven)) }
      return PixelImage(width: size.width, height: size.height, channels: channels, pixels: pixels)
    }
  }

  private func resizedToNearest(_ size: Extent) -> PixelImage {
    let columns = nearestPixels(from: width, to: size.width).map { $0 * channels }
    let rows = nearestPixels(from: height, to: size.height).map { $0 * width * channels }
    return PixelImage(width: size.width, height: size.height, channels: channels) { target in
      pixels.withUnsafeBufferPointer { source in
        var index = 0
        // SAFETY: `rows` and `columns` are offsets of pixels within the source; `index` counts
        // the bytes of the target.
        for row in rows {
          for column in columns {
            for channel in 0..<channels {
              target[index] = source[row + column + channel]
              index += 1
            }
          }
        }
      }
    }
  }
}

/// The source pixel under the center of each target pixel, along one axis.
///
/// Pillow adds the step up in Double (`Geometry.c`, `ImagingScaleAffine`), and rounding on the way
/// moves some pixels by one against the closed form; so the sum is the definition.
func nearestPixels(from source: Int, to target: Int) -> [Int] {
  let step = Double(source) / Double(target)
  var position = step * 0.5
  return (0..<target).map { _ in
    defer { position += step }
    return min(Int(position), source - 1)
  }
}
