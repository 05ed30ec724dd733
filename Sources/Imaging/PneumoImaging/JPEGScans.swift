/// The scans of a JPEG: whether they bring all that the image needs.
///
/// A progressive image whose last scans are missing decodes without a warning, to something blurred.
/// Each coefficient of each component must have come down to its last bit (ITU-T T.81, G.1.1).
struct JPEGScans {
  /// How many there are; the first alone counts where it brings all there is.
  private(set) var count = 0

  /// Not yet sent.
  private static let missing: UInt8 = 255

  /// Walks all scans of a file whose header was read. Throws `corrupt` where some are missing.
  init(_ bytes: [UInt8], _ header: JPEGHeader) throws(ImageError) {
    let coefficients = header.isProgressive ? 64 : 1
    // The lowest bit that was sent, of each coefficient of each component.
    var lowestBits = [UInt8](repeating: Self.missing, count: header.components * coefficients)
    var offset = header.firstScan
    var marker: UInt8 = 0xDA
    while marker != 0xD9 {
      let payload = try JPEGHeader.segment(bytes, &offset)
      if marker == 0xDA {
        count += 1
        Self.note(Array(payload), header, coefficients, &lowestBits)
        if !header.isProgressive, lowestBits.allSatisfy({ $0 == 0 }) { return }
      }
      guard let next = Self.nextMarker(bytes, &offset) else { break }  // libjpeg says what it lacks
      marker = next
    }
    guard lowestBits.allSatisfy({ $0 == 0 }) else {
      throw JPEGHeader.corrupt("it lacks some of its scans")
    }
  }

  /// Notes what a scan with the header `payload` sends: number of components, two bytes for each,
  /// first and last coefficient, and the bits.
  private static func note(
    _ payload: [UInt8], _ header: JPEGHeader, _ coefficients: Int, _ lowestBits: inout [UInt8]
  ) {
    guard let components = payload.first.map(Int.init), payload.count >= 4 + 2 * components else {
      return  // libjpeg refuses it
    }
    let first = min(Int(payload[1 + 2 * components]), 64)
    let end = max(first, min(Int(payload[2 + 2 * components]) + 1, 64))
    let lowestBit = payload[3 + 2 * components] & 15
    let range = header.isProgressive ? first..<end : 0..<1
    for index in 0..<components {
      guard
        let component = header.componentIdentifiers.firstIndex(of: payload[1 + 2 * index])
      else { continue }
      for coefficient in range {
        lowestBits[component * coefficients + coefficient] = header.isProgressive ? lowestBit : 0
      }
    }
  }

  /// Moves `offset` past the next marker that is neither a restart nor part of coded data, and
  /// returns its code; `nil` at the end of the file.
  private static func nextMarker(_ bytes: [UInt8], _ offset: inout Int) -> UInt8? {
    bytes.withUnsafeBufferPointer { bytes in
      while offset + 1 < bytes.count {
        let code = bytes[offset + 1]
        if bytes[offset] != 0xFF || code == 0xFF {
          offset += 1
        } else if code == 0 || (0xD0...0xD7).contains(code) {
          offset += 2
        } else {
          offset += 2
          return code
        }
      }
      return nil
    }
  }
}
