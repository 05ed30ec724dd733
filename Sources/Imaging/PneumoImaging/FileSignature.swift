/// What a file that is not a JPEG looks like, for the error message.
///
/// `nil` where its first bytes are those of no format known here.
func describeForeignFormat(_ bytes: [UInt8]) -> String? {
  func starts(_ text: String, at offset: Int = 0) -> Bool {
    bytes.dropFirst(offset).starts(with: text.utf8)
  }
  func starts(_ signature: [UInt8]) -> Bool { bytes.starts(with: signature) }

  if starts([0x89, 0x50, 0x4E, 0x47]) { return "a PNG image" }
  if starts("DICM", at: 128) { return "a DICOM file" }
  if starts("GIF8") { return "a GIF image" }
  if starts([0x49, 0x49, 0x2A, 0]) || starts([0x4D, 0x4D, 0, 0x2A]) { return "a TIFF image" }
  if starts("RIFF"), starts("WEBP", at: 8) { return "a WebP image" }
  if starts("BM") { return "a BMP image" }
  if starts("%PDF") { return "a PDF document" }
  if starts("jP  ", at: 4) || starts([0xFF, 0x4F, 0xFF, 0x51]) { return "a JPEG 2000 image" }
  if starts("JXL ", at: 4) || starts([0xFF, 0x0A]) { return "a JPEG XL image" }
  if starts("ftypavif", at: 4) { return "an AVIF image" }
  if starts("ftyp", at: 4) { return "a HEIC image or a video" }
  if starts([0x1F, 0x8B]) { return "a gzip archive" }
  if starts([0x50, 0x4B, 3, 4]) { return "a zip archive" }
  if let first = bytes.first, first == UInt8(ascii: "P"), bytes.count > 2,
    (UInt8(ascii: "1")...UInt8(ascii: "7")).contains(bytes[1]), isSpace(bytes[2])
  {
    return "a Netpbm image"
  }
  if looksLikeHTML(bytes) { return "an HTML page, perhaps of a failed download" }
  if bytes.prefix(512).allSatisfy({ $0 == 0 }) { return "a file of zeros" }
  return nil
}

private func looksLikeHTML(_ bytes: [UInt8]) -> Bool {
  let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]
  let text = bytes.starts(with: byteOrderMark) ? bytes.dropFirst(3) : bytes[...]
  let opening = text.prefix(512).drop(while: isSpace).prefix(9).map { byte in
    (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte
  }
  return ["<!doctype", "<html", "<head", "<?xml"].contains { opening.starts(with: $0.utf8) }
}

private func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }
