import PneumoSystem

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

  /// Writes all of `text` now.
  @discardableResult
  package func write(_ text: String) -> Written {
    var text = text
    return text.withUTF8 { bytes in
      var done = 0
      while done < bytes.count {
        #if !canImport(Darwin)
        let written = Glibc.write(rawValue, bytes.baseAddress! + done, bytes.count - done)
        #else
        let written = Darwin.write(rawValue, bytes.baseAddress! + done, bytes.count - done)
        #endif
        if written >= 0 {
          done += written
        } else if errno == EPIPE || Interrupt.isRequested {
          return .closed
        } else if errno == EAGAIN {  // someone made the stream non-blocking: wait for room
          var request = pollfd(fd: rawValue, events: Int16(POLLOUT), revents: 0)
          poll(&request, 1, 100)
        } else if errno != EINTR {
          return .failed(String(cString: strerror(errno)))
        }
      }
      return .all
    }
  }
}
