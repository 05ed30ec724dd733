/// Why a file could not be read or written. `description` names the file and the reason.
package struct FileError: Error, Hashable, Sendable, CustomStringConvertible {
  /// What is wrong, for programs.
  package enum Kind: String, Sendable, CaseIterable {
    /// The system refused: no such file, no permission, disk full, …
    case system
    /// A folder, FIFO, device or socket stands where a regular file is needed.
    case notARegularFile
    /// The file is larger than its reader accepts.
    case tooLarge
    /// A path that cannot be passed to the system as it is: it holds a NUL, is not UTF-8, or is too
    /// long.
    case invalidName
  }

  /// What is wrong, for programs.
  package let kind: Kind
  /// The file.
  package let path: String
  /// What is wrong, without the file's name.
  package let reason: String

  /// An error that `description` words as `path: reason`.
  package init(_ kind: Kind, path: String, reason: String) {
    self.kind = kind
    self.path = path
    self.reason = reason
  }

  /// The error of the system call that failed last, in words.
  static func last(_ path: String, doing action: String) -> FileError {
    let code = errno
    return FileError(
      .system, path: path, reason: "cannot \(action): \(String(cString: strerror(code)))")
  }

  /// The file and the reason.
  package var description: String { "\(path): \(reason)" }
}

/// Refuses a path with a NUL character: the system would take it to end there, and open another file.
func checkPath(_ path: String) throws(FileError) {
  guard !path.utf8.contains(0) else {
    throw FileError(
      .invalidName, path: path,
      reason: "its name holds a NUL character, which no file's name does; are several names "
        + "separated by NUL?")
  }
}
