/// The absolute path of an existing file without links, `.` and `..`; `nil` if there is none.
package func resolvedPath(_ path: String) -> String? {
  guard let resolved = realpath(path, nil) else { return nil }
  defer { free(resolved) }
  return String(cString: resolved)
}

/// Whether `path` leads to a folder.
package func isFolder(_ path: String) -> Bool {
  var status = stat()
  return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
}

/// Whether `path`, which need not exist, is `folder` or lies in it, whatever links lead there.
package func isInside(_ path: String, folder: String) -> Bool {
  guard let folder = resolvedPath(folder) else { return false }
  let existing = missingFolders(above: path).last.map { last in
    last.lastIndex(of: "/").map { $0 == last.startIndex ? "/" : String(last[..<$0]) } ?? "."
  }
  guard let place = resolvedPath(existing ?? path) else { return false }
  return place == folder || folder == "/" || place.hasPrefix(folder + "/")
}

/// `path` and the folders above it that do not exist, from the innermost.
package func missingFolders(above path: String) -> [String] {
  var missing: [String] = []
  var path = path[...]
  while !path.isEmpty, access(String(path), F_OK) != 0 {
    missing.append(String(path))
    guard let slash = path.lastIndex(of: "/") else { break }
    path = path[..<slash]
  }
  return missing
}
