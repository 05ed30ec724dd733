/// Header and section table: what stands where in a `.pnm` file.
struct FileLayout {
  /// The three sections of version 1, in their order.
  enum Section: Int, CaseIterable {
    case graph, metadata, weights

    /// Four ASCII characters.
    var code: String {
      switch self {
      case .graph: "GRPH"
      case .metadata: "META"
      case .weights: "WGTS"
      }
    }
  }

  /// The first byte is not ASCII, and line ends are mangled by a transfer as text, as in PNG.
  static let magic: [UInt8] = [0x89, 0x50, 0x4E, 0x45, 0x0D, 0x0A, 0x1A, 0x0A]
  static let version = 1
  /// Sections and weights start at multiples of this.
  static let alignment = 64

  private static let headerSize = 64
  private static let entrySize = 32
  private static let checksumOffset = 24
  /// Header and table without the padding behind them.
  private static let size = headerSize + Section.allCases.count * entrySize

  /// Where each section stands, by ``Section``.
  private var ranges: [Range<Int>] = []

  subscript(section: Section) -> Range<Int> { ranges[section.rawValue] }

  // MARK: Writing

  /// The file that holds `sections`.
  static func file(_ sections: [Section: [UInt8]]) -> [UInt8] {
    var body = ByteWriter()
    var entries: [(section: Section, checksum: UInt32, offset: Int, count: Int)] = []
    let start = (size + alignment - 1) / alignment * alignment
    for section in Section.allCases {
      body.pad(to: alignment)
      let bytes = sections[section] ?? []
      bytes.withUnsafeBytes {
        entries.append((section, CRC32.checksum($0), start + body.count, $0.count))
        body.write(raw: $0)
      }
    }
    var header = ByteWriter()
    magic.withUnsafeBytes { header.write(raw: $0) }
    header.write(version)
    header.write(entries.count)
    header.write(offset: start + body.count)
    header.pad(to: headerSize)
    for entry in entries {
      Array(entry.section.code.utf8).withUnsafeBytes { header.write(raw: $0) }
      header.write(integer: entry.checksum)
      header.write(offset: entry.offset)
      header.write(offset: entry.count)
      header.write(offset: 0)
    }
    header.overwrite(header.bytes.withUnsafeBytes { CRC32.checksum($0) }, at: checksumOffset)
    header.pad(to: alignment)
    return header.bytes + body.bytes
  }

  // MARK: Reading

  /// Checks everything about the file but what is inside its sections.
  init(checking file: UnsafeRawBufferPointer) throws(ModelError) {
    try Self.checkMagic(file)
    var reader = ByteReader(file, 0..<min(file.count, Self.size), section: "the header")
    _ = try reader.take(Self.magic.count)
    let version = try reader.readInt()
    guard (1...Self.version).contains(version) else {
      throw ModelError(
        .unsupportedVersion,
        "format version \(version); this reader knows versions up to \(Self.version). "
          + "Use a newer Pneumo or convert the model again", offset: 8)
    }
    let count = try reader.readInt()
    guard count == Section.allCases.count else {
      throw ModelError(
        count < Section.allCases.count ? .missingSection : .unknownSection,
        "\(count) sections, expected \(Section.allCases.count)", offset: 12)
    }
    let size = try reader.readOffset()
    let checksum = try reader.readInteger(as: UInt32.self)
    guard file.count >= Self.size else {
      throw ModelError(
        .truncated, "\(file.count) bytes, too short for a header; copy the file again", offset: 0)
    }
    guard checksum == Self.headerChecksum(file) else {
      throw ModelError(
        .checksumMismatch, "the header is damaged; copy or convert the file again",
        offset: Self.checksumOffset)
    }
    guard file.count == size else {
      throw ModelError(
        file.count < size ? .truncated : .trailingBytes,
        "\(file.count) bytes where its header says \(size); copy the file again", offset: 16)
    }
    guard try reader.take(Self.headerSize - reader.offset).allSatisfy({ $0 == 0 }) else {
      throw ModelError(.hole, "reserved bytes of the header must be zero", offset: 28)
    }
    var end = Self.size
    for section in Section.allCases {
      try readEntry(of: section, &reader, in: file, end: &end)
    }
    guard end == file.count else {
      throw ModelError(
        .trailingBytes, "\(file.count - end) bytes behind the last section", offset: end)
    }
  }

  private mutating func readEntry(
    of section: Section, _ reader: inout ByteReader, in file: UnsafeRawBufferPointer,
    end: inout Int
  ) throws(ModelError) {
    let entryOffset = reader.offset
    let code = String(decoding: try reader.take(4), as: UTF8.self)
    guard code == section.code else {
      let isKnown = Section.allCases.contains { $0.code == code }
      throw ModelError(
        isKnown ? .missingSection : .unknownSection,
        "section '\(code)' where '\(section.code)' is expected", offset: entryOffset)
    }
    let checksum = try reader.readInteger(as: UInt32.self)
    let offset = try reader.readOffset()
    let count = try reader.readOffset()
    guard try reader.readOffset() == 0 else {
      throw ModelError(
        .hole, "reserved bytes of section '\(code)' must be zero", offset: entryOffset + 24)
    }
    let (sectionEnd, overflow) = offset.addingReportingOverflow(count)
    guard !overflow, sectionEnd <= file.count else {
      throw ModelError(
        .sectionOutOfBounds,
        "section '\(code)' of \(count) bytes at \(offset) leaves the file of \(file.count)",
        offset: entryOffset)
    }
    guard offset % Self.alignment == 0 else {
      throw ModelError(
        .misaligned, "section '\(code)' starts at \(offset), no multiple of \(Self.alignment)",
        offset: entryOffset)
    }
    guard offset >= end else {
      throw ModelError(
        .sectionOverlap, "section '\(code)' starts at \(offset), before \(end) where it may",
        offset: entryOffset)
    }
    guard offset - end < Self.alignment, file[end..<offset].allSatisfy({ $0 == 0 }) else {
      throw ModelError(
        .hole, "\(offset - end) bytes before section '\(code)' that are not mere padding",
        offset: end)
    }
    let bytes = UnsafeRawBufferPointer(rebasing: file[offset..<sectionEnd])
    guard CRC32.checksum(bytes) == checksum else {
      throw ModelError(
        .checksumMismatch, "section '\(code)' is damaged; copy or convert the file again",
        offset: offset)
    }
    ranges.append(offset..<sectionEnd)
    end = sectionEnd
  }

  /// The checksum of header and table, with zeros in its own place.
  private static func headerChecksum(_ file: UnsafeRawBufferPointer) -> UInt32 {
    let zeros: [UInt8] = [0, 0, 0, 0]
    let before = CRC32.checksum(UnsafeRawBufferPointer(rebasing: file[..<checksumOffset]))
    let inside = zeros.withUnsafeBytes { CRC32.checksum($0, continuing: before) }
    return CRC32.checksum(
      UnsafeRawBufferPointer(rebasing: file[(checksumOffset + 4)..<size]), continuing: inside)
  }

  private static func checkMagic(_ file: UnsafeRawBufferPointer) throws(ModelError) {
    guard !file.isEmpty else {
      throw ModelError(.empty, "the file is empty, expected a Pneumo model")
    }
    if file.count >= 2, file[0] == 0x50, (0x31...0x37).contains(file[1]) {  // P1 to P7
      throw ModelError(
        .netpbm,
        "this is a Netpbm picture (portable anymap), which has the same extension; "
          + "expected a Pneumo model, as pneumo-convert writes it", offset: 0)
    }
    let start = Array(file.prefix(magic.count))
    guard start == magic else {
      if magic.starts(with: start) {
        throw ModelError(.truncated, "\(file.count) bytes, not even a header", offset: 0)
      }
      throw ModelError(
        .notAModel,
        "not a Pneumo model: it does not start with the bytes 89 50 4E 45 0D 0A 1A 0A; "
          + "convert the model with pneumo-convert", offset: 0)
    }
  }
}
