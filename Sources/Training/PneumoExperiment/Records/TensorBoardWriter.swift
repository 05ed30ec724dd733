import PneumoSystem

/// An event file that TensorBoard shows while it grows.
///
/// A TFRecord is a length, its masked CRC-32C, the bytes and their masked CRC-32C; the bytes are a
/// protocol buffer `Event`. Three kinds of fields in three messages do not need a library.
package final class TensorBoardWriter {
  private let path: String
  private let descriptor: CInt

  private static let (prefix, suffix) = ("events.out.tfevents.", ".pneumo")

  /// Begins an event file in `folder`, and removes those that were begun there before.
  ///
  /// - Parameter time: seconds since 1970, which name the file.
  package init(replacingFilesIn folder: String, time: Double) throws(FileError) {
    let name = "\(Self.prefix)\(Int(time))\(Self.suffix)"
    path = "\(folder)/\(name)"
    descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else {
      throw FileError(
        .system, path: path, reason: "cannot create: \(String(cString: strerror(errno)))")
    }
    try append(
      Self.record(Self.event(time: time, step: 0) + Self.bytes(3, Array("brain.Event:2".utf8))))
    let old = try FolderEntries(of: folder).files
    for file in old where file.hasPrefix(Self.prefix) && file.hasSuffix(Self.suffix) && file != name
    {
      unlink("\(folder)/\(file)")
    }
  }

  deinit { close(descriptor) }

  /// Adds the numbers of one step.
  package func write(_ scalars: [(tag: String, value: Double)], step: Int, time: Double)
    throws(FileError)
  {
    for (tag, value) in scalars {
      // Summary.Value: tag and simple_value; Summary: value; Event: summary.
      let entry = Self.bytes(1, Array(tag.utf8)) + Self.float(2, Float(value))
      let summary = Self.bytes(1, entry)
      try append(Self.record(Self.event(time: time, step: step) + Self.bytes(5, summary)))
    }
  }

  private func append(_ bytes: [UInt8]) throws(FileError) {
    let written = bytes.withUnsafeBytes { buffer in
      writeSome(descriptor, buffer.baseAddress, buffer.count)
    }
    guard written == bytes.count else {
      throw FileError(
        .system, path: path, reason: "cannot write: \(String(cString: strerror(errno)))")
    }
  }

  /// The wall time and the step of an event.
  static func event(time: Double, step: Int) -> [UInt8] {
    var bytes: [UInt8] = [1 << 3 | 1]
    withUnsafeBytes(of: time.bitPattern.littleEndian) { bytes += $0 }
    return step == 0 ? bytes : bytes + [2 << 3] + varint(UInt64(step))
  }

  private static func varint(_ value: UInt64) -> [UInt8] {
    var value = value
    var bytes: [UInt8] = []
    while value >= 128 {
      bytes.append(UInt8(value & 127) | 128)
      value >>= 7
    }
    return bytes + [UInt8(value)]
  }

  private static func bytes(_ field: UInt8, _ content: [UInt8]) -> [UInt8] {
    [field << 3 | 2] + varint(UInt64(content.count)) + content
  }

  private static func float(_ field: UInt8, _ value: Float) -> [UInt8] {
    var bytes: [UInt8] = [field << 3 | 5]
    withUnsafeBytes(of: value.bitPattern.littleEndian) { bytes += $0 }
    return bytes
  }

  /// The frame around an event.
  static func record(_ event: [UInt8]) -> [UInt8] {
    var length: [UInt8] = []
    withUnsafeBytes(of: UInt64(event.count).littleEndian) { length += $0 }
    return length + masked(length) + event + masked(event)
  }

  private static func masked(_ bytes: [UInt8]) -> [UInt8] {
    let checksum = crc32c(bytes)
    let rotated = checksum >> 15 | checksum << 17
    var result: [UInt8] = []
    withUnsafeBytes(of: (rotated &+ 0xA282_EAD8).littleEndian) { result += $0 }
    return result
  }

  /// Castagnoli's CRC (RFC 3720, B.4), bit by bit: events are short.
  static func crc32c(_ bytes: [UInt8]) -> UInt32 {
    var checksum = UInt32.max
    for byte in bytes {
      checksum ^= UInt32(byte)
      for _ in 0..<8 {
        checksum = checksum >> 1 ^ (checksum & 1 == 1 ? 0x82F6_3B78 : 0)
      }
    }
    return ~checksum
  }
}
