import PneumoConsole
import PneumoSupport
import PneumoSystem

/// One image to classify, or the reason why there is none.
package struct Input: Sendable {
  /// The file, or what should have led to one.
  package let path: String
  /// Why the path names no image that could be read: one sentence that names it.
  package let error: String?

  /// The image at `path`, or the reason why there is none.
  package init(path: String, error: String? = nil) {
    self.path = path
    self.error = error
  }
}

/// What the arguments name, in their order.
///
/// Folders become the JPEG files in and below them, by byte order of their names; `-` becomes the
/// lines of standard input, each when it comes. Other paths stand as they are.
package struct InputSource: Sendable {
  private var arguments: ArraySlice<String>
  private var lines: LineReader?
  private var found: ArraySlice<Input> = []

  /// How many there are; `nil` while standard input may bring more.
  package let count: Int?
  /// Characters of the longest path where all are known.
  package let longestPath: Int?

  /// What `arguments` name: files, folders, and `-` for standard input.
  ///
  /// Folders are searched at once unless standard input is among the arguments.
  package init(_ arguments: [String]) {
    guard !arguments.contains("-") else {
      self.arguments = arguments[...]
      count = nil
      longestPath = nil
      return
    }
    self.arguments = []
    let all = arguments.flatMap(Self.images(at:))
    found = all[...]
    count = all.count
    longestPath = all.map { Format.visible($0.path).count }.max() ?? 0
  }

  /// The image that comes first; `nil` where that is not known yet, or not one that could be read.
  var first: Input? {
    guard count != nil, let input = found.first, input.error == nil else { return nil }
    return input
  }

  /// The next inputs, `limit` of them or as many as are there without waiting; empty at the end.
  ///
  /// - Parameter shouldStop: whether to give up waiting for standard input.
  package mutating func next(_ limit: Int, unless shouldStop: () -> Bool) -> [Input] {
    var inputs: [Input] = []
    while inputs.count < limit {
      if let input = found.popFirst() {
        inputs.append(input)
      } else if lines != nil {
        guard inputs.isEmpty || lines?.hasLine == true else { return inputs }
        readLine(unless: shouldStop)
        if shouldStop() { return inputs }
      } else if let argument = arguments.popFirst() {
        if argument == "-" { lines = LineReader() } else { found = Self.images(at: argument)[...] }
      } else {
        return inputs
      }
    }
    return inputs
  }

  private mutating func readLine(unless shouldStop: () -> Bool) {
    guard let line = lines?.next(unless: shouldStop) else {
      if let failure = lines?.failure {
        found = [Input(path: "-", error: "standard input: cannot read: \(failure)")]
      }
      lines = nil
      return
    }
    guard !line.isEmpty else { return }
    let input = Self.path(line)
    found = input.error == nil ? Self.images(at: input.path)[...] : [input]
  }

  private static func images(at path: String) -> [Input] {
    guard isFolder(path, followingLinks: true) else { return [Input(path: path)] }
    let found = search(path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path)
    if found.isEmpty {
      return [Input(path: path, error: "\(path): no .jpeg or .jpg files in this folder")]
    }
    return found
  }

  /// The JPEG files below `folder`. Links to folders are not followed, so there is no circle.
  private static func search(_ folder: String) -> [Input] {
    let names: [[UInt8]]
    do throws(ListingError) {
      names = try list(folder)
    } catch {
      return [Input(path: folder, error: "\(folder): cannot open this folder: \(error.reason)")]
    }
    return names.sorted { $0.lexicographicallyPrecedes($1) }.flatMap { name in
      let input = path(Array("\(folder == "/" ? "" : folder)/".utf8) + name)
      if input.error == nil, isFolder(input.path, followingLinks: false) {
        return Interrupt.isRequested ? [] : search(input.path)
      }
      let lowercase = input.path.lowercased()
      return lowercase.hasSuffix(".jpeg") || lowercase.hasSuffix(".jpg") ? [input] : []
    }
  }

  private struct ListingError: Error {
    let reason: String
  }

  /// The names in a folder, but for hidden ones.
  private static func list(_ folder: String) throws(ListingError) -> [[UInt8]] {
    guard let stream = opendir(folder) else {
      throw ListingError(reason: String(cString: strerror(errno)))
    }
    defer { closedir(stream) }
    var names: [[UInt8]] = []
    while let entry = readdir(stream) {
      let name = withUnsafeBytes(of: &entry.pointee.d_name) { Array($0.prefix { $0 != 0 }) }
      if name.first != UInt8(ascii: ".") { names.append(name) }
    }
    return names
  }

  /// The input of a path; one that is not UTF-8 cannot be passed on.
  private static func path(_ bytes: [UInt8]) -> Input {
    if let path = String(validating: bytes, as: UTF8.self) { return Input(path: path) }
    let path = String(decoding: bytes, as: UTF8.self)
    return Input(path: path, error: "\(path): its name is not UTF-8; rename it")
  }

  private static func isFolder(_ path: String, followingLinks: Bool) -> Bool {
    var status = stat()
    let result = followingLinks ? stat(path, &status) : lstat(path, &status)
    return result == 0 && status.st_mode & S_IFMT == S_IFDIR
  }
}
