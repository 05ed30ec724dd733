import PneumoSystem

/// The lines of standard input, one when it is asked for.
package struct LineReader: Sendable {
  private var bytes: [UInt8] = []
  /// Where the next line starts in `bytes`.
  private var start = 0
  private var isAtEnd = false

  /// Why reading ended before the end of the input, in words.
  package private(set) var failure: String?

  /// Nothing read yet.
  package init() {}

  /// Whether a line is there without waiting for one.
  package var hasLine: Bool { bytes[start...].contains(UInt8(ascii: "\n")) }

  /// The bytes of the next line without what ends it, a line feed or carriage return and line
  /// feed; `nil` at the end of the input or when `shouldStop` answers true.
  package mutating func next(unless shouldStop: () -> Bool) -> [UInt8]? {
    while true {
      if let end = bytes[start...].firstIndex(of: UInt8(ascii: "\n")) {
        defer { start = end + 1 }
        return trimmed(bytes[start..<end])
      }
      if isAtEnd {
        defer { start = bytes.count }
        return start < bytes.count ? trimmed(bytes[start...]) : nil
      }
      if shouldStop() { return nil }
      fill()
    }
  }

  private func trimmed(_ line: ArraySlice<UInt8>) -> [UInt8] {
    Array(line.last == UInt8(ascii: "\r") ? line.dropLast() : line)
  }

  /// Waits a moment for more bytes.
  private mutating func fill() {
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
      failure = String(cString: strerror(errno))
      isAtEnd = true
    }
  }
}
