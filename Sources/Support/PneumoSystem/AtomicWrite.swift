/// Writes `bytes` to `path` so that the file appears whole or not at all.
///
/// A temporary file beside `path` is written, synchronized and renamed over it. A full disk, an
/// error or an interrupt leaves what stood at `path`; what a killed process leaves is removed by the
/// next one that writes into the folder. Where `path` is a symbolic link, the file that it leads to
/// is replaced. The file keeps its permissions; a new one gets those that the umask allows.
package func writeAtomically(_ bytes: [UInt8], to path: String) throws(FileError) {
  try checkPath(path)
  var status = stat()
  let exists = stat(path, &status) == 0
  if exists, status.st_mode & S_IFMT != S_IFREG {
    throw FileError(
      .notARegularFile, path: path, reason: "cannot replace what is not a regular file")
  }
  do throws(FileError) {
    try replace(
      resolvingLinks(path), by: bytes, permissions: exists ? status.st_mode & 0o777 : nil)
  } catch {
    throw FileError(error.kind, path: path, reason: error.reason)
  }
}

/// Writes several files, none of which takes its place before all are on the disk.
package func writeAtomically(
  _ files: [(path: String, bytes: [UInt8])]
) throws(FileError) {
  // Recursion, since an array cannot hold values that are not copyable.
  guard let (path, bytes) = files.first else { return }
  try checkPath(path)
  var status = stat()
  let permissions = stat(path, &status) == 0 ? status.st_mode & 0o777 : nil
  let target = resolvingLinks(path)
  let file = try TemporaryFile(beside: target, mode: permissions ?? 0o666)
  do throws(FileError) {
    try file.write(bytes)
    if let permissions { try file.set(permissions) }
  } catch {
    throw FileError(error.kind, path: path, reason: error.reason)
  }
  try writeAtomically(Array(files.dropFirst()))
  try file.move(to: target)
}

/// - Parameter permissions: of the file that is replaced; `nil` where there is none.
private func replace(
  _ target: String, by bytes: [UInt8], permissions: mode_t?
) throws(FileError) {
  let file = try TemporaryFile(beside: target, mode: permissions ?? 0o666)
  try file.write(bytes)
  if let permissions { try file.set(permissions) }
  try file.move(to: target)
}

/// Where `path` leads, or `path` where nothing stands there yet.
private func resolvingLinks(_ path: String) -> String {
  guard let resolved = realpath(path, nil) else { return path }
  defer { free(resolved) }
  return String(cString: resolved)
}
