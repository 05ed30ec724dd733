extension PixelImage {

  /// The image in gray, each pixel `(R * 19595 + G * 38470 + B * 7471 + 0x8000) >> 16`.
  ///
  /// ITU-R 601 luma in 16-bit fixed point, as Pillow's `convert("L")` (`Convert.c`, `L24`).
  public func convertedToGray() -> PixelImage {
    guard channels == 3 else { return self }
    return PixelImage(width: width, height: height, channels: 1) { gray in
      pixels.withUnsafeBufferPointer { source in
        // SAFETY: `source` holds three bytes for each one of `gray`.
        for i in 0..<gray.count {
          let red = UInt32(source[3 * i]) * 19595
          let green = UInt32(source[3 * i + 1]) * 38470
          let blue = UInt32(source[3 * i + 2]) * 7471
          gray[i] = UInt8(truncatingIfNeeded: (red + green + blue + 0x8000) >> 16)
        }
      }
    }
  }
}

/// Turns `count` pixels of inverted CMYK (Adobe's convention: 255 is no ink) into the RGB of
/// Pillow's `convert("RGB")`, in place; the first `3 * count` bytes are the result.
///
/// Pillow takes all CMYK JPEGs as inverted (`JpegImagePlugin.py`, raw mode `CMYK;I`), then computes
/// `(255 - K) - C * (255 - K) / 255`, rounded (`Convert.c`, `cmyk2rgb`). Here 255 - K is stored.
func convertInvertedCMYKToRGB(_ pixels: UnsafeMutableBufferPointer<UInt8>, count: Int) {
  precondition(pixels.count >= 4 * count)
  // SAFETY: reads 4i..<4i+4 before it writes 3i..<3i+3; both lie within `4 * count` bytes.
  for i in 0..<count {
    let light = Int32(pixels[4 * i + 3])
    let inks = (
      255 - Int32(pixels[4 * i]), 255 - Int32(pixels[4 * i + 1]), 255 - Int32(pixels[4 * i + 2])
    )
    pixels[3 * i] = dimmed(light, by: inks.0)
    pixels[3 * i + 1] = dimmed(light, by: inks.1)
    pixels[3 * i + 2] = dimmed(light, by: inks.2)
  }
}

/// `light - ink * light / 255`, the quotient rounded to nearest.
private func dimmed(_ light: Int32, by ink: Int32) -> UInt8 {
  let product = ink * light + 128
  return UInt8(light - (((product >> 8) + product) >> 8))
}
