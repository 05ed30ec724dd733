/// All bytes of the regular file or pipe at `path`, at most `limit`: for small files, which a shell
/// may make as `<(…)`.
///
/// A pipe that nobody writes to is an error after ten seconds.
package func readFileOrPipe(_ path: String, limit: Int) throws(FileError) -> [UInt8] {
  try checkPath(path)
  // O_NONBLOCK: to open a FIFO would wait for its writer without end.
  let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
  guard descriptor >= 0 else { throw .last(path, doing: "open") }
  defer { close(descriptor) }
  var status = stat()
  guard fstat(descriptor, &status) == 0 else { throw .last(path, doing: "examine") }
  guard status.st_mode & S_IFMT == S_IFIFO else { return try readFile(path, limit: limit) }

  var bytes: [UInt8] = []
  var buffer = [UInt8](repeating: 0, count: 4096)
  var hasHadWriter = false
  while true {
    let count = read(descriptor, &buffer, buffer.count)
    if count > 0 {
      bytes += buffer[..<count]
      guard bytes.count <= limit else {
        throw FileError(
          .tooLarge, path: path, reason: "more than \(limit) bytes, the most that are accepted")
      }
      hasHadWriter = true
      continue
    }
    if count == 0, hasHadWriter { return bytes }
    guard count == 0 || errno == EAGAIN || errno == EINTR else {
      throw .last(path, doing: "read")
    }
    var request = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    let events = poll(&request, 1, 10_000)
    if events == 0 {
      throw FileError(
        .system, path: path, reason: "cannot read: nothing came through the pipe in 10 seconds")
    }
    hasHadWriter = hasHadWriter || events > 0
  }
}
