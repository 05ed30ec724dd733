import CTurboJPEG

extension PixelImage {

  /// How much of the color a JPEG keeps. Gray images have none.
  public enum ChromaSubsampling: Hashable, Sendable, CaseIterable {
    /// 4:4:4, a color for each pixel.
    case none
    /// 4:2:0, a color for each 2 x 2 pixels.
    case twoByTwo
  }

  /// The image as a baseline JPEG file.
  ///
  /// - Parameters:
  ///   - quality: 1 to 100, on libjpeg's scale.
  ///   - subsampling: how much of the color is kept.
  ///
  /// Throws `cannotEncode` for an empty image, for sides over 65,500 and for other qualities.
  public func jpegBytes(
    quality: Int, subsampling: ChromaSubsampling = .twoByTwo
  ) throws(ImageError) -> [UInt8] {
    guard (1...100).contains(quality) else {
      throw ImageError(.cannotEncode, "a JPEG quality of \(quality), expected 1 to 100")
    }
    guard (1...65_500).contains(width), (1...65_500).contains(height) else {
      throw ImageError(
        .cannotEncode, "an image of \(width) x \(height) pixels, expected sides of 1 to 65500")
    }
    // The most that libjpeg-turbo says an image needs: six bytes a pixel of whole 16 x 16 blocks.
    let capacity = (width + 15) / 16 * 16 * ((height + 15) / 16 * 16) * 6 + 2048
    var errors = pneumo_jpeg_errors()
    let bytes = [UInt8](unsafeUninitializedCapacity: capacity) { buffer, initialized in
      // SAFETY: the source holds `height` rows of `width * channels` bytes; `buffer` has at least
      // `capacity` bytes, and the encoder stays within.
      pixels.withUnsafeBufferPointer { source in
        var image = pneumo_jpeg_image(
          pixels: source.baseAddress, width: UInt32(width), height: UInt32(height),
          channels: CInt(channels), quality: CInt(quality),
          chromaSubsampling: subsampling == .none ? 1 : 2)
        initialized = pneumo_jpeg_encode(&image, buffer.baseAddress, capacity, &errors)
      }
    }
    guard !bytes.isEmpty else {
      throw ImageError(
        .cannotEncode, "libjpeg-turbo cannot encode it: \(errors.text)")
    }
    return bytes
  }
}
