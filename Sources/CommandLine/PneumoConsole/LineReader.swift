import PneumoSystem

/// The lines of standard input, one when it is asked for.
package struct LineReader: Sendable {
  /// What ends a line.
  package enum Separator: Sendable {
    /// A line feed, or carriage return and line feed.
    case newline
    /// A NUL character, as after `find -print0`.
    case nul

    fileprivate var byte: UInt8 {
      switch self {
      case .newline: UInt8(ascii: "\n")
      case .nul: 0
      }
    }
  }

  /// Why reading ended before the end of the input.
  package struct Failure: Error {
    package let reason: String
  }

  private let separator: Separator
  private var bytes: [UInt8] = []
  /// Where the next line starts in `bytes`.
  private var start = 0
  private var isAtEnd = false
  private var isAtStart = true

  /// Bytes in the longest line: more than any path has.
  package static let longestLine = 1 << 16
  private static let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]

  /// Nothing read yet.
  package init(_ separator: Separator) { self.separator = separator }

  /// Whether a line is there without waiting for one.
  package var hasLine: Bool { bytes[start...].contains(separator.byte) }

  /// The bytes of the next line without what ends it; `nil` at the end of the input or when
  /// `shouldStop` returns `true`.
  ///
  /// Throws if standard input cannot be read, or a line has more than ``longestLine`` bytes.
  package mutating func next(unless shouldStop: () -> Bool) throws(Failure) -> [UInt8]? {
    while true {
      if let end = bytes[start...].firstIndex(of: separator.byte) {
        defer { start = end + 1 }
        return line(bytes[start..<end])
      }
      guard bytes.count - start <= Self.longestLine else {
        throw Failure(
          reason: "a line is longer than \(Self.longestLine) bytes, which no path is; expected a "
            + "list of paths, one a line")
      }
      if isAtEnd {
        defer { start = bytes.count }
        return start < bytes.count ? line(bytes[start...]) : nil
      }
      if shouldStop() { return nil }
      try fill()
    }
  }

  private mutating func line(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
    var line = bytes
    // Editors put a byte order mark before the first line.
    if isAtStart, line.starts(with: Self.byteOrderMark) { line = line.dropFirst(3) }
    isAtStart = false
    if separator == .newline, line.last == UInt8(ascii: "\r") { line = line.dropLast() }
    return Array(line)
  }

  /// Waits a moment for more bytes.
  private mutating func fill() throws(Failure) {
    var request = pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0)
    guard poll(&request, 1, 100) > 0 else { return }
    bytes.removeSubrange(..<start)
    start = 0
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    let count = read(STDIN_FILENO, &chunk, chunk.count)
    if count > 0 {
      bytes += chunk[..<count]
    } else if count == 0 {
      isAtEnd = true
    } else if errno != EINTR, errno != EAGAIN {
      throw Failure(reason: "cannot read: \(String(cString: strerror(errno)))")
    }
  }
}
