import CTurboJPEG

/// The rows of one JPEG as libjpeg-turbo decodes them, from the top.
///
/// Nothing of one image is left for the next: libjpeg keeps tables and, after an error, a marker in
/// its state, and would decode a damaged file with those of another. So each image has its own.
final class JPEGRows {
  /// Bytes of a row: as many a pixel as the file has components.
  let byteCount: Int
  private let decoder: UnsafeMutablePointer<pneumo_jpeg_decoder>
  private let height: Int
  /// Whether rows can be passed over, to the same bits of the others. Their pixels need none of
  /// their neighbors' where there is no chroma to spread.
  private let canSkip: Bool
  /// The row that libjpeg decodes next.
  private var next = 0

  /// Gets ready for the first row of `bytes`, which have this header and outlive the rows.
  init(_ bytes: UnsafeBufferPointer<UInt8>, _ header: JPEGHeader) throws(ImageError) {
    guard let decoder = pneumo_jpeg_open() else {
      throw ImageError(.outOfMemory, "cannot start libjpeg-turbo: out of memory")
    }
    self.decoder = decoder
    byteCount = header.width * header.components
    height = header.height
    canSkip = header.components == 1 && !header.isProgressive
    guard pneumo_jpeg_read_header(decoder, bytes.baseAddress, bytes.count) == 1 else {
      throw damage
    }
    // SAFETY: what libjpeg will write is held against what callers make room for.
    let state = decoder.pointee.state
    guard state.image_width == header.width, state.image_height == header.height,
      state.num_components == header.components
    else { throw .corruptJPEG("libjpeg finds another size in it") }
    guard pneumo_jpeg_start(decoder) == 1 else { throw damage }
  }

  deinit { pneumo_jpeg_close(decoder) }

  /// Decodes row `index`, not above the last one read, to `pixels`, room for a row.
  func read(
    _ index: Int, into pixels: UnsafeMutablePointer<UInt8>
  ) throws(ImageError) {
    precondition(index >= next && index < height)
    if canSkip, index > next {
      guard pneumo_jpeg_skip_rows(decoder, UInt32(index - next)) == 1 else { throw damage }
      next = index
    }
    while next <= index {
      // SAFETY: `start` made libjpeg write `byteCount` bytes, which `pixels` holds.
      guard pneumo_jpeg_read_row(decoder, pixels) == 1 else { throw damage }
      next += 1
    }
  }

  /// Says that no more rows are wanted. The rest of the file is checked; `pixels`, room for a row,
  /// is overwritten.
  func finish(_ pixels: UnsafeMutablePointer<UInt8>) throws(ImageError) {
    if next < height { try read(height - 1, into: pixels) }
    guard pneumo_jpeg_finish(decoder) == 1 else { throw damage }
  }

  /// The error that libjpeg-turbo has just met.
  private var damage: ImageError {
    .corruptJPEG("libjpeg: \(decoder.pointee.errors.text)")
  }
}

extension pneumo_jpeg_errors {
  /// The error that libjpeg-turbo met last, in its words.
  var text: String {
    withUnsafeBytes(of: message) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
  }
}
