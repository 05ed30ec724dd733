/// Makes the folder at `path` and those above it, where they do not exist.
///
/// Throws an error that names `path` where one cannot be made, or something else stands there.
package func makeFolder(_ path: String) throws(FileError) {
  try checkPath(path)
  var partial = path.hasPrefix("/") ? "/" : ""
  for part in path.split(separator: "/") {
    partial += partial.isEmpty || partial == "/" ? String(part) : "/" + part
    guard mkdir(partial, 0o777) == 0 || errno == EEXIST else {
      throw .last(path, doing: "make the folder")
    }
  }
  var status = stat()
  guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else {
    throw FileError(
      .system, path: path, reason: "cannot make the folder: something else has this name")
  }
}
