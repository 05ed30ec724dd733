import PneumoSystem

/// What is in one folder, by byte order of the names.
package struct FolderEntries: Sendable {
  /// Where it is.
  package let path: String
  /// Names of folders, and of links to folders.
  package private(set) var folders: [String] = []
  /// Names of everything else.
  package private(set) var files: [String] = []
  /// How many names start with a dot, but for `.` and `..`.
  package private(set) var hidden = 0
  /// Names that are not UTF-8, as far as they can be read.
  package private(set) var invalidNames: [String] = []

  /// Lists the folder at `path`. Throws `unreadable` where that is refused.
  package init(of path: String) throws(DatasetError) {
    self.path = path
    guard let stream = opendir(path) else {
      throw DatasetError(
        .unreadable,
        "cannot list the folder: \(String(cString: strerror(errno))); expected a folder of class"
          + " folders, or a .csv table",
        file: path)
    }
    defer { closedir(stream) }
    while let entry = readdir(stream) {
      let bytes = withUnsafeBytes(of: &entry.pointee.d_name) { Array($0.prefix { $0 != 0 }) }
      if bytes.first == UInt8(ascii: ".") {
        if bytes != [UInt8](".".utf8), bytes != [UInt8]("..".utf8) { hidden += 1 }
        continue
      }
      guard let name = String(validating: bytes, as: UTF8.self) else {
        invalidNames.append(String(decoding: bytes, as: UTF8.self))
        continue
      }
      if isFolder("\(path)/\(name)") { folders.append(name) } else { files.append(name) }
    }
    folders.sort { $0.precedesInBytes($1) }
    files.sort { $0.precedesInBytes($1) }
    invalidNames.sort { $0.precedesInBytes($1) }
  }

  /// An error that names the first of `invalidNames`.
  package var nameProblem: DatasetError? {
    invalidNames.first.map { name in
      DatasetError(.invalidName, "the name '\(name)' in it is not UTF-8; rename it", file: path)
    }
  }
}
