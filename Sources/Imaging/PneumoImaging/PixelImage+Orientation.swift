extension PixelImage {

  /// The image as it is meant to be seen, for the EXIF orientation 1...8 of its file; any other
  /// number leaves it as it is. The same as Pillow's `ImageOps.exif_transpose`.
  public func oriented(_ orientation: Int) -> PixelImage {
    // Where row 0, column 0 of the result lies in the source, and the steps from there.
    let transposes: Bool
    let mirrorsColumns: Bool
    let mirrorsRows: Bool
    switch orientation {
    case 2: (transposes, mirrorsColumns, mirrorsRows) = (false, true, false)
    case 3: (transposes, mirrorsColumns, mirrorsRows) = (false, true, true)
    case 4: (transposes, mirrorsColumns, mirrorsRows) = (false, false, true)
    case 5: (transposes, mirrorsColumns, mirrorsRows) = (true, false, false)
    case 6: (transposes, mirrorsColumns, mirrorsRows) = (true, false, true)
    case 7: (transposes, mirrorsColumns, mirrorsRows) = (true, true, true)
    case 8: (transposes, mirrorsColumns, mirrorsRows) = (true, true, false)
    default: return self
    }
    let columnStep = mirrorsColumns ? -channels : channels
    let rowStep = mirrorsRows ? -width * channels : width * channels
    let start =
      (mirrorsColumns ? (width - 1) * channels : 0)
      + (mirrorsRows ? (height - 1) * width * channels : 0)
    let (acrossStep, downStep) = transposes ? (rowStep, columnStep) : (columnStep, rowStep)
    let (newWidth, newHeight) = transposes ? (height, width) : (width, height)
    return PixelImage(width: newWidth, height: newHeight, channels: channels) { target in
      pixels.withUnsafeBufferPointer { source in
        var index = 0
        // SAFETY: start, steps and counts enumerate every pixel of the source exactly once.
        for row in 0..<newHeight {
          for column in 0..<newWidth {
            let from = start + row * downStep + column * acrossStep
            for channel in 0..<channels {
              target[index] = source[from + channel]
              index += 1
            }
          }
        }
      }
    }
  }
}
