/// The scans of a JPEG: whether they bring all that the image needs.
///
/// A progressive image whose last scans are missing decodes without a warning, to something blurred.
/// Each coefficient of each component must have come down to its last bit (ITU-T T.81, G.1.1). The
/// order of the scans does not matter where libjpeg makes the same coefficients of it.
struct JPEGScans {
  /// How many there are; the first alone counts where it brings all there is.
  private(set) var count = 0

  private let header: JPEGHeader
  /// Coefficients of a block that are tracked: all, or one that stands for all.
  private let coefficients: Int
  /// The lowest bit that has come, of each coefficient of each component.
  private var lowestBits: [UInt8]

  /// Not yet sent.
  private static let missing: UInt8 = 255

  /// Walks all scans of a file whose header was read. Throws `corrupt` where some are missing or
  /// contradict each other.
  init(_ header: JPEGHeader) throws(ImageError) {
    self.header = header
    coefficients = header.isProgressive ? 64 : 1
    lowestBits = [UInt8](repeating: Self.missing, count: header.components * coefficients)
    var markers = header.markersFromFirstScan
    var marker: UInt8? = 0xDA
    while let code = marker, code != 0xD9 {
      let content = try markers.segment(of: code)
      if code == 0xDA {
        count += 1
        try note(Array(content))
        if !header.isProgressive, isComplete { return }
      }
      marker = markers.next()
    }
    guard isComplete else { throw .corruptJPEG("it lacks some of its scans") }
  }

  private var isComplete: Bool { lowestBits.allSatisfy { $0 == 0 } }

  /// Notes what a scan with this header sends: number of components, two bytes for each, first and
  /// last coefficient, and the bits before and after it. What makes no sense is left to libjpeg.
  private mutating func note(_ content: [UInt8]) throws(ImageError) {
    guard let components = content.first.map(Int.init), content.count >= 4 + 2 * components else {
      return
    }
    let first = min(Int(content[1 + 2 * components]), 64)
    let end = max(first, min(Int(content[2 + 2 * components]) + 1, 64))
    let (before, after) = (content[3 + 2 * components] >> 4, content[3 + 2 * components] & 15)
    for index in 0..<components {
      guard let component = component(content[1 + 2 * index], at: index) else { continue }
      guard header.isProgressive else {
        lowestBits[component] = 0
        continue
      }
      for coefficient in first..<end {
        let present = lowestBits[component * coefficients + coefficient]
        // To set the same bit of a mean (coefficient 0) twice changes nothing. A frequency's bits
        // are coded by those known before, so that they mean something else the second time.
        let isRepeated = coefficient == 0 && present == after
        guard before == 0 || before == present || isRepeated else {
          throw .corruptJPEG("its scans contradict each other")
        }
        lowestBits[component * coefficients + coefficient] = after
      }
    }
  }

  /// The component that libjpeg takes for number `index` of a scan: of those with this identifier,
  /// which some writers give to all, the first that is not before it.
  private func component(_ identifier: UInt8, at index: Int) -> Int? {
    (0..<header.components).first {
      $0 >= index && header.componentIdentifiers[$0] == identifier
    }
  }
}
