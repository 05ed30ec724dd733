/// The names in one folder, in byte order. Names that begin with a dot are only counted.
package struct FolderEntries: Sendable {
  /// The folder, without a slash at its end.
  package let path: String
  /// Names of folders, and of links to folders.
  package private(set) var folders: [String] = []
  /// Names of everything else.
  package private(set) var files: [String] = []
  /// How many names begin with a dot, besides `.` and `..`.
  package private(set) var hidden = 0
  /// Entries that no program could be told to open, and an error that cut the listing short.
  package private(set) var problems: [FileError] = []
  /// Tells the folder apart from all others, whatever path leads to it.
  let identity: Identity

  /// What makes two paths one folder.
  struct Identity: Hashable {
    let device: dev_t
    let number: ino_t
  }

  /// Lists the folder at `path`, and follows a link to it.
  package init(of path: String) throws(FileError) {
    try checkPath(path)
    self.path = Self.withoutTrailingSlashes(path)
    guard let stream = opendir(path) else { throw .last(path, doing: "list the folder") }
    defer { closedir(stream) }
    var status = stat()
    guard fstat(dirfd(stream), &status) == 0 else {
      throw .last(path, doing: "list the folder")
    }
    identity = Identity(device: status.st_dev, number: status.st_ino)
    while true {
      errno = 0
      guard let entry = readdir(stream) else { break }
      let name = withUnsafeBytes(of: &entry.pointee.d_name) { Array($0.prefix { $0 != 0 }) }
      add(name, type: Int32(entry.pointee.d_type))
    }
    if errno != 0 { problems.append(.last(path, doing: "list the whole folder")) }
    folders.sort { $0.precedesInBytes($1) }
    files.sort { $0.precedesInBytes($1) }
    problems.sort { $0.path.precedesInBytes($1.path) }
  }

  /// The path of an entry.
  package func path(of name: String) -> String { path == "/" ? "/\(name)" : "\(path)/\(name)" }

  private mutating func add(_ bytes: [UInt8], type: Int32) {
    if bytes.first == UInt8(ascii: ".") {
      if bytes != [UInt8](".".utf8), bytes != [UInt8]("..".utf8) { hidden += 1 }
      return
    }
    guard let name = String(validating: bytes, as: UTF8.self) else {
      problems.append(
        FileError(
          .invalidName, path: path(of: String(decoding: bytes, as: UTF8.self)),
          reason: "its name is not UTF-8; rename it"))
      return
    }
    let entry = path(of: name)
    guard entry.utf8.count < Int(PATH_MAX) else {
      problems.append(
        FileError(
          .invalidName, path: entry,
          reason: "its path has \(entry.utf8.count) bytes, expected at most \(PATH_MAX - 1); "
            + "use shorter names, or name a folder nearer to it"))
      return
    }
    if Self.isFolder(entry, type: type) { folders.append(name) } else { files.append(name) }
  }

  /// - Parameter type: what `readdir` says of the entry, which not every file system knows.
  private static func isFolder(_ path: String, type: Int32) -> Bool {
    if type == Int32(DT_DIR) { return true }
    guard type == Int32(DT_LNK) || type == Int32(DT_UNKNOWN) else { return false }
    var status = stat()
    // A link that leads nowhere counts as a file: who opens it says what is wrong.
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }

  private static func withoutTrailingSlashes(_ path: String) -> String {
    let end = path.utf8.lastIndex { $0 != UInt8(ascii: "/") }
    guard let end else { return "/" }
    return String(path.utf8[...end]) ?? path
  }
}

extension StringProtocol {
  /// Whether this stands before `other` by the bytes of UTF-8, which is the order of Python's
  /// `sorted` and of `LC_ALL=C sort`, and not that of a language.
  package func precedesInBytes(_ other: some StringProtocol) -> Bool {
    utf8.lexicographicallyPrecedes(other.utf8)
  }
}
