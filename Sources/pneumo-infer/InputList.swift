import PneumoConsole

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// One image to classify, or the reason why there is none.
struct Input: Sendable {
  let path: String
  /// Why the path could not be searched for images.
  var error: String?
}

/// What the arguments name.
enum InputList {
  /// Folders become the JPEG files in and below them, by byte order of their names; `-` becomes
  /// the lines of standard input. Other paths stand as they are.
  static func expand(_ arguments: [String]) -> [Input] {
    arguments.flatMap { argument in
      argument == "-" ? standardInputLines().flatMap(images(at:)) : images(at: argument)
    }
  }

  private static func standardInputLines() -> [String] {
    var lines: [String] = []
    while let line = readLine() {
      if !line.isEmpty { lines.append(line) }
    }
    return lines
  }

  private static func images(at path: String) -> [Input] {
    guard isFolder(path, followingLinks: true) else { return [Input(path: path)] }
    let found = search(path.hasSuffix("/") ? String(path.dropLast()) : path)
    if found.isEmpty {
      return [Input(path: path, error: "\(path): no .jpeg or .jpg files in this folder")]
    }
    return found
  }

  /// The JPEG files below `folder`. Links to folders are not followed, so there is no circle.
  private static func search(_ folder: String) -> [Input] {
    guard let stream = opendir(folder) else {
      let reason = String(cString: strerror(errno))
      return [Input(path: folder, error: "\(folder): cannot open this folder: \(reason)")]
    }
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream) {
      let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
        String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      if !name.hasPrefix(".") { names.append(name) }
    }
    return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }.flatMap { name in
      let path = "\(folder)/\(name)"
      if isFolder(path, followingLinks: false) { return search(path) }
      let lowercase = name.lowercased()
      return lowercase.hasSuffix(".jpeg") || lowercase.hasSuffix(".jpg") ? [Input(path: path)] : []
    }
  }

  private static func isFolder(_ path: String, followingLinks: Bool) -> Bool {
    var status = stat()
    let result = followingLinks ? stat(path, &status) : lstat(path, &status)
    return result == 0 && status.st_mode & S_IFMT == S_IFDIR
  }
}
