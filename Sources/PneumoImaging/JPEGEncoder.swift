import CTurboJPEG

extension PixelImage {

  /// How much of the colour a JPEG keeps. Grey images have none.
  public enum ChromaSubsampling: Hashable, Sendable, CaseIterable {
    /// 4:4:4, a colour for each pixel.
    case none
    /// 4:2:0, a colour for each 2 x 2 pixels.
    case twoByTwo
  }

  /// The image as a baseline JPEG file.
  ///
  /// - Parameter quality: 1...100, libjpeg's scale.
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
    guard let handle = tjInitCompress() else {
      throw ImageError(.outOfMemory, "cannot start libjpeg-turbo: out of memory")
    }
    defer { tjDestroy(handle) }
    let format = channels == 1 ? TJPF_GRAY : TJPF_RGB
    let samples =
      if channels == 1 { TJSAMP_GRAY } else {
        switch subsampling {
        case .none: TJSAMP_444
        case .twoByTwo: TJSAMP_420
        }
      }
    let capacity = Int(tjBufSize(CInt(width), CInt(height), CInt(samples.rawValue)))
    var status: CInt = 0
    let bytes = [UInt8](unsafeUninitializedCapacity: capacity) { buffer, initialized in
      var target = buffer.baseAddress
      var size = UInt(capacity)
      // SAFETY: `capacity` is what libjpeg-turbo says such an image needs at most, and NOREALLOC
      // keeps it within; the source holds `height` rows of `width * channels` bytes.
      status = pixels.withUnsafeBufferPointer { source in
        tjCompress2(
          handle, source.baseAddress, CInt(width), 0, CInt(height), CInt(format.rawValue),
          &target, &size, CInt(samples.rawValue), CInt(quality),
          TJFLAG_ACCURATEDCT | TJFLAG_NOREALLOC)
      }
      initialized = status == 0 ? Int(size) : 0
    }
    guard status == 0 else {
      throw ImageError(
        .cannotEncode, "libjpeg-turbo cannot encode it: \(String(cString: tjGetErrorStr2(handle)))")
    }
    return bytes
  }
}
