/// What a JPEG declares before its first scan.
struct JPEGHeader {
  private(set) var width = 0
  private(set) var height = 0
  /// 1 gray, 3 YCbCr or RGB, 4 CMYK or YCCK.
  private(set) var components = 0
  /// 1...8 as in EXIF; 1 where nothing says otherwise.
  private(set) var orientation = 1
  /// The identifiers of the components; some writers give the same to all.
  private(set) var componentIdentifiers: [UInt8] = []
  private(set) var isProgressive = false
  /// What follows the first SOS marker.
  let markersFromFirstScan: JPEGMarkers

  /// Reads the header of a whole file.
  ///
  /// Throws `empty`, `notAJPEG`, `corrupt` or `unsupported`.
  init(_ bytes: [UInt8]) throws(ImageError) {
    guard !bytes.isEmpty else {
      throw ImageError(.empty, "the file is empty, expected a JPEG image")
    }
    guard bytes.starts(with: [0xFF, 0xD8]) else { throw Self.notAJPEG(bytes) }
    var markers = JPEGMarkers(bytes)
    var metadata = OrientationMetadata()
    var frame: (content: ArraySlice<UInt8>, marker: UInt8)?
    while true {
      guard let marker = markers.next() else { throw .corruptJPEG("it ends within its header") }
      if marker == 0xDA { break }  // SOS
      guard marker != 0xD8, marker != 0xD9 else { throw .corruptJPEG("it ends before its pixels") }
      let content = try markers.segment(of: marker)
      switch marker {
      case 0xC0...0xCF where marker != 0xC4 && marker != 0xC8 && marker != 0xCC:
        guard frame == nil else { throw .corruptJPEG("it declares its size twice") }
        frame = (content, marker)
      case 0xE1: metadata.note(content)
      default: break
      }
    }
    guard let frame else { throw .corruptJPEG("its pixels come before its size") }
    markersFromFirstScan = markers
    orientation = metadata.orientation
    try readFrame(frame.content, marker: frame.marker)
  }

  /// SOFn: precision, height, width, number of components.
  private mutating func readFrame(
    _ content: ArraySlice<UInt8>, marker: UInt8
  ) throws(ImageError) {
    guard content.count >= 6 else { throw .corruptJPEG("its frame header is too short") }
    let field = Array(content.prefix(6))
    // Baseline, extended and progressive, coded by Huffman or arithmetically.
    guard [0xC0, 0xC1, 0xC2, 0xC9, 0xCA].contains(marker) else {
      throw ImageError(
        .unsupported, "a lossless or hierarchical JPEG; save it as a baseline JPEG")
    }
    guard field[0] == 8 else {
      throw ImageError(
        .unsupported, "a JPEG of \(field[0]) bits a sample, expected 8; save it with 8 bits")
    }
    height = Int(field[1]) << 8 | Int(field[2])
    width = Int(field[3]) << 8 | Int(field[4])
    guard width > 0, height > 0 else {
      throw .corruptJPEG("it declares \(width) x \(height) pixels")
    }
    guard [1, 3, 4].contains(field[5]) else {
      throw ImageError(
        .unsupported,
        "a JPEG of \(field[5]) components, expected 1 (gray), 3 (color) or 4 (CMYK)")
    }
    components = Int(field[5])
    isProgressive = marker == 0xC2 || marker == 0xCA
    // Three bytes a component, of which the first identifies it.
    let table = content.dropFirst(6)
    guard table.count >= 3 * components else { throw .corruptJPEG("its frame header is too short") }
    componentIdentifiers = (0..<components).map { table[table.startIndex + 3 * $0] }
  }

  private static func notAJPEG(_ bytes: [UInt8]) -> ImageError {
    if let format = describeForeignFormat(bytes) {
      return ImageError(
        .notAJPEG, "expected a JPEG image, found \(format); convert it to JPEG first")
    }
    let opening = bytes.prefix(4).map { byte in
      (byte < 16 ? "0" : "") + String(byte, radix: 16)
    }
    return ImageError(
      .notAJPEG,
      "expected a JPEG image (ff d8 ff), found a file that begins with"
        + " \(opening.joined(separator: " "))")
  }
}
