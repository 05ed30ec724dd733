/// Writes `bytes` to `path` so that the file appears whole or not at all.
///
/// A temporary file beside `path` is written, synchronised and renamed over it. A full disk, an
/// error or an interrupt leaves what stood at `path`. Where `path` is a symbolic link, the file it
/// leads to is replaced.
package func writeAtomically(_ bytes: [UInt8], to path: String) throws(FileError) {
  var status = stat()
  let exists = stat(path, &status) == 0
  if exists, status.st_mode & S_IFMT != S_IFREG {
    throw FileError(
      .notARegularFile, path: path, reason: "cannot replace what is not a regular file")
  }
  let mode = exists ? status.st_mode & 0o777 : 0o666 & ~currentFileCreationMask()
  let target = resolvingLinks(path)
  var template = Array("\(target).XXXXXX".utf8CString)
  let descriptor = mkstemp(&template)
  guard descriptor >= 0 else { throw .last(path, doing: "create a temporary file beside it") }
  let temporary = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
  do throws(FileError) {
    try write(bytes, to: descriptor, path: path)
    guard fchmod(descriptor, mode) == 0 else { throw .last(path, doing: "set its permissions") }
    guard fsync(descriptor) == 0 else { throw .last(path, doing: "write") }
  } catch {
    close(descriptor)
    unlink(temporary)
    throw error
  }
  guard close(descriptor) == 0, rename(temporary, target) == 0 else {
    let error = FileError.last(path, doing: "write")
    unlink(temporary)
    throw error
  }
  synchroniseFolder(of: target)
}

private func write(
  _ bytes: [UInt8], to descriptor: CInt, path: String
) throws(FileError) {
  var done = 0
  while done < bytes.count {
    let written = bytes.withUnsafeBytes { buffer in
      #if !canImport(Darwin)
      Glibc.write(descriptor, buffer.baseAddress! + done, buffer.count - done)
      #else
      Darwin.write(descriptor, buffer.baseAddress! + done, buffer.count - done)
      #endif
    }
    if written >= 0 {
      done += written
    } else if errno != EINTR {
      throw .last(path, doing: "write")
    }
  }
}

/// Where `path` leads, or `path` where nothing stands there yet.
private func resolvingLinks(_ path: String) -> String {
  guard let resolved = realpath(path, nil) else { return path }
  defer { free(resolved) }
  return String(cString: resolved)
}

/// umask(2) can only be read by setting it.
private func currentFileCreationMask() -> mode_t {
  let mask = umask(0o077)
  umask(mask)
  return mask
}

/// Makes the rename itself durable. Not every file system can; the file is whole either way.
private func synchroniseFolder(of path: String) {
  let folder = path.lastIndex(of: "/").map { $0 == path.startIndex ? "/" : String(path[..<$0]) }
  let descriptor = open(folder ?? ".", O_RDONLY | O_CLOEXEC)
  guard descriptor >= 0 else { return }
  fsync(descriptor)
  close(descriptor)
}
