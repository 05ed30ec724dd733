/// A regular file opened for reading, closed when it goes out of scope.
struct OpenFile: ~Copyable {
  let descriptor: CInt
  let size: Int

  /// Opens `path`; a folder, FIFO, device or a file of more than `limit` bytes is an error.
  init(reading path: String, limit: Int) throws(FileError) {
    try checkPath(path)
    // O_NONBLOCK: a FIFO without a writer is an error below, not a wait without end.
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw .last(path, doing: "open") }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else {
      let error = FileError.last(path, doing: "examine")
      close(descriptor)
      throw error
    }
    guard status.st_mode & S_IFMT == S_IFREG else {
      close(descriptor)
      throw FileError(
        .notARegularFile, path: path,
        reason: "expected a regular file, found \(Self.kind(of: status.st_mode))")
    }
    guard status.st_size <= limit else {
      close(descriptor)
      throw FileError(
        .tooLarge, path: path,
        reason: "\(status.st_size) bytes; at most \(limit) are accepted")
    }
    self.descriptor = descriptor
    self.size = Int(status.st_size)
  }

  deinit { close(descriptor) }

  private static func kind(of mode: mode_t) -> String {
    switch mode & S_IFMT {
    case S_IFDIR: "a folder"
    case S_IFIFO: "a FIFO"
    case S_IFSOCK: "a socket"
    case S_IFCHR, S_IFBLK: "a device"
    default: "something else"
    }
  }
}

/// All bytes of the regular file at `path`, which may hold at most `limit`.
package func readFile(_ path: String, limit: Int) throws(FileError) -> [UInt8] {
  var bytes: [UInt8] = []
  try readFile(path, limit: limit, into: &bytes)
  return bytes
}

/// Replaces `bytes` by those of the regular file at `path`, which may hold at most `limit`, in the
/// same storage where it is large enough. After an error they may be anything.
package func readFile(
  _ path: String, limit: Int, into bytes: inout [UInt8]
) throws(FileError) {
  let file = try OpenFile(reading: path, limit: limit)
  bytes.resize(to: file.size)
  var count = 0
  var failure: FileError?
  bytes.withUnsafeMutableBytes { buffer in
    while count < file.size {
      let got = read(file.descriptor, buffer.baseAddress! + count, file.size - count)
      if got > 0 {
        count += got
      } else if got == 0 {
        break  // truncated since it was opened: the parser judges what there is
      } else if errno != EINTR {
        failure = .last(path, doing: "read")
        break
      }
    }
  }
  if let failure { throw failure }
  bytes.removeLast(bytes.count - count)
}
