import PneumoSystem

/// The first bytes of a file: what it is, how long, and where its sections lie.
struct FileHeader {
  /// The version of the format.
  let version: Int
  /// Where the bytes of each section stand.
  let graph, metadata, weights: Range<Int>
  /// Where the hashes of images are, if there are any.
  let images: Range<Int>?

  private static let size = 64
  private static let checksumOffset = 24
  private static let entrySize = 24

  private static func end(sectionCount: Int) -> Int { size + entrySize * sectionCount }

  // MARK: Writing

  /// The file of these sections, whose bytes are in the order of ``FileFormat/Section``.
  static func file(
    version: Int, graph: [UInt8], metadata: [UInt8], weights: [UInt8], images: [UInt8]?
  ) -> [UInt8] {
    let sections = [graph, metadata, weights] + (images.map { [$0] } ?? [])
    let contents = zip(FileFormat.Section.allCases, sections)
    let tableEnd = end(sectionCount: sections.count)
    var fileSize = tableEnd
    for (_, bytes) in contents { fileSize = FileFormat.aligned(fileSize) + bytes.count }

    var writer = ByteWriter()
    writer.reserve(fileSize)
    writer.raw(FileFormat.magic)
    writer.u32(version)
    writer.u32(sections.count)
    writer.u64(fileSize)
    writer.u32(0)  // the checksum, below
    writer.align()
    var offset = tableEnd
    for (section, bytes) in contents {
      offset = FileFormat.aligned(offset)
      writer.raw(section.rawValue.utf8)
      writer.integer(bytes.withUnsafeBytes { CRC32.checksum($0) })
      writer.u64(offset)
      writer.u64(bytes.count)
      offset += bytes.count
    }
    writer.overwrite(
      at: checksumOffset, with: writer.bytes.withUnsafeBytes { CRC32.checksum($0) })
    for (_, bytes) in contents {
      writer.align()
      writer.raw(bytes)
    }
    return writer.bytes
  }

  // MARK: Reading

  /// Reads and checks the header, the table, the place of each section, and all checksums.
  init(of bytes: SharedBytes) throws(ModelError) {
    try Self.checkMagic(of: bytes)
    var reader = ByteReader(bytes, FileFormat.magic.count..<bytes.count, name: "the file")
    version = try reader.u32()
    try Self.checkVersion(version)
    let countOffset = reader.offset
    let count = try reader.count(of: "sections", limit: Limits.sections, size: Self.entrySize)
    let fileSize = try reader.u64()
    let checksum = try reader.integer(UInt32.self)
    let reserved = try reader.raw(Self.size - reader.offset)
    guard reader.remaining >= Self.entrySize * count else {
      throw .truncated(at: bytes.count, expected: Self.end(sectionCount: count))
    }
    guard checksum == Self.checksum(of: bytes, sectionCount: count) else {
      throw ModelError(
        .checksumMismatch, "the header is damaged",
        offset: Self.checksumOffset)
    }
    guard reserved.allSatisfy({ $0 == 0 }) else {
      throw ModelError(
        .hole, "reserved bytes of the header are not zero",
        offset: Self.checksumOffset + 4)
    }
    guard fileSize <= bytes.count else { throw .truncated(at: bytes.count, expected: fileSize) }
    guard fileSize == bytes.count else {
      throw ModelError(
        .trailingBytes,
        "the file should have \(fileSize) bytes and has \(bytes.count)",
        offset: fileSize)
    }
    let sections = try Self.readTable(
      &reader, count: count, countOffset: countOffset, version: version)
    (graph, metadata, weights) = (sections[0], sections[1], sections[2])
    images = sections.count > 3 ? sections[3] : nil
  }

  /// The place of each section, in the order of ``FileFormat/Section``.
  private static func readTable(
    _ reader: inout ByteReader, count: Int, countOffset: Int, version: Int
  ) throws(ModelError) -> [Range<Int>] {
    var sections: [Range<Int>] = []
    var end = end(sectionCount: count)
    var expected = FileFormat.Section.allCases[...]
    if version < FileFormat.imagesVersion { expected.removeLast() }
    for _ in 0..<count {
      let entryOffset = reader.offset
      let name = String(decoding: try reader.raw(4), as: UTF8.self)
      guard let section = FileFormat.Section(rawValue: name), section == expected.first else {
        throw unexpectedSection(name, expected: expected.first, offset: entryOffset)
      }
      expected.removeFirst()
      let checksum = try reader.integer(UInt32.self)
      let (offset, length) = (try reader.u64(), try reader.u64())
      let range = try place(
        offset, length, after: end, in: reader.bytes, until: reader.bytes.count,
        of: "section \(name)", at: entryOffset)
      let found = reader.bytes.withUnsafeBytes {
        CRC32.checksum(UnsafeRawBufferPointer(rebasing: $0[range]))
      }
      guard found == checksum else {
        throw ModelError(.checksumMismatch, "section \(name) is damaged", offset: offset)
      }
      sections.append(range)
      end = range.upperBound
    }
    if let missing = expected.first, missing != .images {
      throw ModelError(
        .missingSection,
        "\(count) sections, without \(missing.rawValue)",
        offset: countOffset)
    }
    guard end == reader.bytes.count else {
      throw ModelError(
        .trailingBytes, "\(reader.bytes.count - end) bytes after the last section", offset: end)
    }
    return sections
  }

  private static func checkMagic(of bytes: SharedBytes) throws(ModelError) {
    let start = bytes.withUnsafeBytes { Array($0.prefix(FileFormat.magic.count)) }
    if start == FileFormat.magic { return }
    guard !start.isEmpty else {
      throw ModelError(.empty, "the file is empty; make it again with pneumo-convert")
    }
    if start.count >= 3, start[0] == UInt8(ascii: "P"), (0x31...0x37).contains(start[1]),
      [0x20, 0x09, 0x0A, 0x0B, 0x0C, 0x0D].contains(start[2])
    {
      throw ModelError(
        .netpbm,
        "this is a Netpbm image (P\(start[1] - 0x30)), not a Pneumo model; both are called .pnm. "
          + "Give the model's file here and images as input")
    }
    if FileFormat.magic.starts(with: start) {
      throw .truncated(at: start.count, expected: size)
    }
    if start.starts(with: FileFormat.magic.prefix(4)) {
      throw ModelError(
        .notAModel,
        "a Pneumo model whose line ends were changed, as by a transfer in text mode; "
          + "copy or download it again in binary mode", offset: 4)
    }
    if let (name, advice) = bytes.withUnsafeBytes(otherFormat) {
      throw ModelError(.notAModel, "\(name), not a Pneumo model; \(advice)")
    }
    throw ModelError(
      .notAModel,
      "not a Pneumo model: it begins with \(hexadecimal(start)), expected "
        + "\(hexadecimal(FileFormat.magic)); make a model with pneumo-convert", offset: 0)
  }

  /// What a file is that is easily given in place of a model, and what to do; `nil` if it is none of
  /// them.
  private static func otherFormat(
    _ bytes: UnsafeRawBufferPointer
  ) -> (name: String, advice: String)? {
    let convert = "make one of it with pneumo-convert FILE model.pnm"
    let convertKeras =
      "save the Keras model with model.save('model.h5') and make one of that with "
      + "pneumo-convert model.h5 model.pnm"
    if bytes.starts(with: [0x89, 0x48, 0x44, 0x46, 0x0D, 0x0A, 0x1A, 0x0A]) {
      return ("an HDF5 file, as Keras writes", convert)
    }
    // A safetensors file begins with the size of its header, which is a JSON object.
    if bytes.count > 9, bytes[8] == UInt8(ascii: "{") {
      let size = UInt64(littleEndian: bytes.loadUnaligned(as: UInt64.self))
      if size < UInt64(bytes.count) {
        return ("a checkpoint of pneumo-train or a safetensors file", convert)
      }
    }
    if bytes.starts(with: [0x50, 0x4B, 0x03, 0x04]) {
      return ("a zip archive, as Keras (.keras) and PyTorch write", convertKeras)
    }
    if bytes.dropFirst(4).starts(with: "TFL3".utf8) {
      return ("a TensorFlow Lite model", convertKeras)
    }
    // Field 1 of a message, a version, as a varint of one byte; then a field that has a length.
    if bytes.count > 2, bytes[0] == 0x08, bytes[1] < 0x20, [0x12, 0x3A].contains(bytes[2]) {
      return ("an ONNX or TensorFlow model", convertKeras)
    }
    if bytes.starts(with: [0xFF, 0xD8, 0xFF]) || bytes.starts(with: [0x89, 0x50, 0x4E, 0x47]) {
      return ("an image", "give the model's file first, then images")
    }
    return nil
  }

  private static func checkVersion(_ version: Int) throws(ModelError) {
    guard (1...FileFormat.version).contains(version) else {
      throw ModelError(
        .unsupportedVersion,
        "format version \(version); this version of Pneumo reads 1 to \(FileFormat.version)"
          + (version > FileFormat.version ? "; install a newer one" : ""),
        offset: FileFormat.magic.count)
    }
  }

  /// The checksum of header and table, with the bytes of the checksum itself taken as zeros.
  private static func checksum(of bytes: SharedBytes, sectionCount: Int) -> UInt32 {
    bytes.withUnsafeBytes { all in
      // SAFETY: the caller checked that the table lies inside `bytes`.
      var start = Array(all[..<end(sectionCount: sectionCount)])
      for index in checksumOffset..<checksumOffset + 4 { start[index] = 0 }
      return start.withUnsafeBytes { CRC32.checksum($0) }
    }
  }

  private static func unexpectedSection(
    _ name: String, expected: FileFormat.Section?, offset: Int
  ) -> ModelError {
    let names = FileFormat.Section.allCases.map(\.rawValue).joined(separator: ", ")
    guard FileFormat.Section(rawValue: name) != nil, let expected else {
      return ModelError(
        .unknownSection,
        "section \(name.debugDescription); a model has \(names)",
        offset: offset)
    }
    return ModelError(
      .missingSection,
      "section \(name) where \(expected.rawValue) is expected; a model has \(names) in this order",
      offset: offset)
  }

  /// The range of `length` bytes at `offset`, which must follow `end` without a hole and not pass
  /// `limit`.
  ///
  /// `what` lies there, as the file says at `entryOffset`.
  static func place(
    _ offset: Int, _ length: Int, after end: Int, in bytes: SharedBytes, until limit: Int,
    of what: String, at entryOffset: Int
  ) throws(ModelError) -> Range<Int> {
    guard offset % FileFormat.alignment == 0 else {
      throw ModelError(
        .misaligned,
        "\(what) begins at byte \(offset), expected a multiple of \(FileFormat.alignment)",
        offset: entryOffset)
    }
    guard offset >= end else {
      throw ModelError(
        .sectionOverlap,
        "\(what) begins at byte \(offset), before the end of what precedes it at \(end)",
        offset: entryOffset)
    }
    let (upperBound, overflow) = offset.addingReportingOverflow(length)
    guard !overflow, upperBound <= limit else {
      throw ModelError(
        .sectionOutOfBounds,
        "\(what) has \(length) bytes from byte \(offset) on, past the end at \(limit)",
        offset: entryOffset)
    }
    guard offset == FileFormat.aligned(end) else {
      throw ModelError(
        .hole, "\(what) begins at byte \(offset), expected \(FileFormat.aligned(end))",
        offset: entryOffset)
    }
    guard bytes.withUnsafeBytes({ $0[end..<offset].allSatisfy { $0 == 0 } }) else {
      throw ModelError(.hole, "the padding before \(what) is not zero", offset: end)
    }
    return offset..<upperBound
  }

  private static func hexadecimal(_ bytes: [UInt8]) -> String {
    bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined(separator: " ")
  }
}

extension ModelError {
  fileprivate static func truncated(at count: Int, expected: Int) -> ModelError {
    ModelError(
      .truncated,
      "the file ends too early: \(count) bytes of \(expected)",
      offset: count)
  }
}
