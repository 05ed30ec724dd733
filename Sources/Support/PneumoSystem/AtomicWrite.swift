/// Writes `bytes` to `path` so that the file appears whole or not at all.
///
/// A temporary file beside `path` is written, synchronized and renamed over it. A full disk, an
/// error or an interrupt leaves what stood at `path`; what a killed process leaves is removed by the
/// next one that writes into the folder. Where `path` is a symbolic link, the file that it leads to
/// is replaced. The file keeps its permissions; a new one gets those that the umask allows.
package func writeAtomically(_ bytes: [UInt8], to path: String) throws(FileError) {
  try writeAtomically([(path, bytes)])
}

/// Writes several files in this way, none of which takes its place before all are on the disk. The
/// first takes its place last.
package func writeAtomically(
  _ files: [(path: String, bytes: [UInt8])]
) throws(FileError) {
  // Recursion, since an array cannot hold values that are not copyable.
  guard let (path, bytes) = files.first else { return }
  let file = try temporaryFile(holding: bytes, for: path)
  try writeAtomically(Array(files.dropFirst()))
  do throws(FileError) {
    try file.move(to: resolvedPath(path) ?? path)
  } catch {
    throw FileError(error.kind, path: path, reason: error.reason)
  }
}

/// A file on the disk that can take the place of `path`, with its permissions.
private func temporaryFile(
  holding bytes: [UInt8], for path: String
) throws(FileError) -> TemporaryFile {
  try checkPath(path)
  var status = stat()
  let exists = stat(path, &status) == 0
  if exists, status.st_mode & S_IFMT != S_IFREG {
    throw FileError(
      .notARegularFile, path: path, reason: "cannot replace what is not a regular file")
  }
  let permissions = status.st_mode & 0o777
  do throws(FileError) {
    let file = try TemporaryFile(
      beside: resolvedPath(path) ?? path, mode: exists ? permissions : 0o666)
    try file.write(bytes)
    if exists { try file.set(permissions) }
    return file
  } catch {
    throw FileError(error.kind, path: path, reason: error.reason)
  }
}
