import PneumoSupport
import PneumoSystem
import Synchronization

/// One of the streams that a tool writes to.
package enum StandardStream: CInt, Sendable {
  case output = 1
  case error = 2

  /// Whether a person, rather than a file or a program, is at the other end.
  package var isTerminal: Bool { isatty(rawValue) == 1 }

  /// Columns of the terminal, 80 where it does not say.
  package var width: Int {
    var size = winsize()
    guard ioctl(rawValue, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
    return Int(size.ws_col)
  }

  /// What became of a text that was to be written.
  package enum Written: Sendable, Equatable {
    case all
    /// Whoever read the stream has gone, or the user asked to stop while it was full.
    case closed
    /// The reason, in words.
    case failed(String)
  }

  /// Why standard output could not be written to, in words; `nil` while nothing was lost. A reader
  /// who has gone is no failure.
  package static var outputFailure: String? { firstOutputFailure.withLock { $0 } }

  /// Writes all of a text for people now, in which names from outside are harmless.
  ///
  /// Where nobody reads, it waits for room only until the user asks to stop.
  @discardableResult
  package func write(_ text: ConsoleText) -> Written { write(data: text.description) }

  /// Writes all of a text for programs now, such as JSON or CSV, as it is.
  @discardableResult
  package func write(data text: String) -> Written {
    var text = text
    let written = text.withUTF8 { write($0) }
    if self == .output, case .failed(let reason) = written {
      firstOutputFailure.withLock { $0 = $0 ?? reason }
    }
    return written
  }

  /// Bytes that a pipe takes at once when it says that it has room (POSIX's PIPE_BUF on Linux).
  private static let portion = 4096

  private func write(_ bytes: UnsafeBufferPointer<UInt8>) -> Written {
    var done = 0
    while done < bytes.count {
      var request = pollfd(fd: rawValue, events: Int16(POLLOUT), revents: 0)
      // A signal ends a wait only in the thread that takes it, so each wait is short.
      guard poll(&request, 1, 100) > 0 else {
        if Interrupt.isRequested { return .closed }
        continue
      }
      let count = min(bytes.count - done, Self.portion)
      let written = writeSome(rawValue, bytes.baseAddress! + done, count)
      if written >= 0 {
        done += written
      } else if errno == EPIPE {
        return .closed
      } else if errno != EINTR && errno != EAGAIN {
        return .failed(String(cString: strerror(errno)))
      }
    }
    return .all
  }
}

private let firstOutputFailure = Mutex<String?>(nil)
