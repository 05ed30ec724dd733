/// A `.pnm` file taken apart, to be changed and put together with matching checksums.
///
/// Independent of the reader and writer under test. Used by tests of hostile files and by fuzzing.
public struct ModelFileParts {
  /// The format version of the header.
  public var version: UInt32 = 1
  /// Names and bytes, in the order of the file.
  public var sections: [(name: String, bytes: [UInt8])]

  /// The parts of a file that is yet to be assembled.
  public init(sections: [(name: String, bytes: [UInt8])]) { self.sections = sections }

  /// The parts of `file`, or `nil` where its table does not name sections that lie inside it.
  public init?(of file: [UInt8]) {
    guard let table = Self.table(of: file) else { return nil }
    sections = table.map { entry in
      (String(decoding: file[entry.name..<entry.name + 4], as: UTF8.self), Array(file[entry.range]))
    }
  }

  /// The bytes of the section `name`, which must exist.
  public subscript(name: String) -> [UInt8] {
    get { sections[sections.firstIndex { $0.name == name }!].bytes }
    set { sections[sections.firstIndex { $0.name == name }!].bytes = newValue }
  }

  /// The file with sections one after the other as `FORMAT.md` says.
  public func assembled() -> [UInt8] {
    let tableEnd = 64 + 24 * sections.count
    var file = [UInt8](repeating: 0, count: tableEnd)
    file.replaceSubrange(0..<8, with: [0x89, 0x50, 0x4E, 0x45, 0x0D, 0x0A, 0x1A, 0x0A])
    file.store(version, at: 8)
    file.store(UInt32(sections.count), at: 12)
    for (index, section) in sections.enumerated() {
      file += [UInt8](repeating: 0, count: (64 - file.count % 64) % 64)
      let entry = 64 + 24 * index
      file.replaceSubrange(entry..<entry + 4, with: section.name.utf8)
      file.store(UInt64(file.count), at: entry + 8)
      file.store(UInt64(section.bytes.count), at: entry + 16)
      file += section.bytes
    }
    file.store(UInt64(file.count), at: 16)
    Self.repairChecksums(of: &file)
    return file
  }

  /// Makes all checksums match what they cover, as far as the table makes sense.
  public static func repairChecksums(of file: inout [UInt8]) {
    guard let count = sectionCount(of: file) else { return }
    for entry in table(of: file) ?? [] {
      file.store(crc32(file[entry.range]), at: entry.name + 4)
    }
    file.store(UInt32(0), at: 24)
    file.store(crc32(file[..<(64 + 24 * count)]), at: 24)
  }

  /// CRC-32, bit by bit as the definition says.
  public static func crc32(_ bytes: some Sequence<UInt8>) -> UInt32 {
    var remainder = UInt32.max
    for byte in bytes {
      remainder ^= UInt32(byte)
      for _ in 0..<8 { remainder = remainder >> 1 ^ (remainder & 1) &* 0xEDB8_8320 }
    }
    return ~remainder
  }

  private static func sectionCount(of file: [UInt8]) -> Int? {
    guard file.count >= 64 else { return nil }
    let count = Int(file.load(UInt32.self, at: 12))
    return count <= (file.count - 64) / 24 ? count : nil
  }

  private static func table(of file: [UInt8]) -> [(name: Int, range: Range<Int>)]? {
    guard let count = sectionCount(of: file) else { return nil }
    var table: [(name: Int, range: Range<Int>)] = []
    for index in 0..<count {
      let entry = 64 + 24 * index
      let offset = Int(clamping: file.load(UInt64.self, at: entry + 8))
      let length = Int(clamping: file.load(UInt64.self, at: entry + 16))
      guard offset <= file.count, length <= file.count - offset else { return nil }
      table.append((entry, offset..<offset + length))
    }
    return table
  }
}

extension [UInt8] {
  /// The little-endian integer at `offset`.
  public func load<Value: FixedWidthInteger>(_ type: Value.Type, at offset: Int) -> Value {
    (0..<MemoryLayout<Value>.size).reduce(0) { $0 | Value(self[offset + $1]) << Value(8 * $1) }
  }

  /// Replaces the little-endian integer at `offset`.
  public mutating func store<Value: FixedWidthInteger>(_ value: Value, at offset: Int) {
    for index in 0..<MemoryLayout<Value>.size {
      self[offset + index] = UInt8(truncatingIfNeeded: value >> Value(8 * index))
    }
  }

  /// Where `text` first ends, which must be contained.
  public func end(of text: String) -> Int {
    let pattern = Array(text.utf8)
    return indices.first { self[$0...].starts(with: pattern) }! + pattern.count
  }
}
