import PneumoModel
import PneumoSystem

/// What a tool writes, and so what it may replace.
package enum OutputKind: Sendable {
  /// A `.pnm` file.
  case model
  /// A page made by the tool of this name.
  case page(by: String)
  /// A drawing made by Pneumo.
  case svg

  fileprivate var name: String {
    switch self {
    case .model: "a .pnm model"
    case .page(let tool): "a page made by \(tool)"
    case .svg: "a drawing made by Pneumo"
    }
  }

  /// Whether the file at `path` is of this kind.
  fileprivate func includes(_ path: String) throws -> Bool {
    switch self {
    case .model: return try Model.isModel(fileAt: path)
    case .page(let tool):
      let start = try fileStart(path, count: 4096)
      return start.contains("<meta name=\"generator\" content=\"\(tool)\">")
    case .svg: return try fileStart(path, count: 4096).contains("data-generator=\"Pneumo\"")
    }
  }
}

/// Refuses to write where something would be lost: over an input, or over a file that is not of the
/// kind the tool writes. Call this before any work.
///
/// Also refuses a path that cannot be written, as far as that can be told in advance.
///
/// - Parameters:
///   - path: the file to write.
///   - inputs: files and folders that the run reads.
package func checkOutput(
  _ path: String, _ kind: OutputKind, inputs: [String] = []
) throws {
  try checkDistinct(path, from: inputs)
  var status = stat()
  guard stat(path, &status) == 0 else {
    try checkCanWrite(in: parent(of: path), path)
    return
  }
  guard status.st_mode & S_IFMT == S_IFREG else {
    throw FileError(
      .notARegularFile, path: path, reason: "cannot replace what is not a regular file")
  }
  guard try status.st_size == 0 || kind.includes(path) else {
    throw FileError(
      .system, path: path,
      reason: "exists and is not \(kind.name), so it is not replaced; choose another name")
  }
  try checkCanWrite(in: parent(of: path), path)
}

/// The same for a folder with a page and files beside it: refuses one that holds such files but no page
/// of the tool.
///
/// - Returns: whether there is such a page, which is going to be replaced.
@discardableResult
package func checkOutputFolder(
  _ path: String, page: String, by tool: String, files: [String], inputs: [String] = []
) throws -> Bool {
  for input in inputs where isFolder(input) && isInside(path, folder: input) {
    throw FileError(
      .system, path: path,
      reason: "lies in \(input), which is read; use a folder outside it")
  }
  for file in [page] + files { try checkDistinct("\(path)/\(file)", from: inputs) }
  guard isFolder(path) else {
    if access(path, F_OK) == 0 {
      throw FileError(.system, path: path, reason: "is not a folder; choose another name")
    }
    // Folders on the way are made.
    try checkCanWrite(in: parent(of: missingFolders(above: path).last ?? path), path)
    return false
  }
  let existing = ([page] + files).filter { access("\(path)/\($0)", F_OK) == 0 }
  if let first = existing.first {
    let isOurs =
      try existing.contains(page) && OutputKind.page(by: tool).includes("\(path)/\(page)")
    guard isOurs else {
      throw FileError(
        .system, path: path,
        reason: "holds \(first), which is not of a report by \(tool), so it is not replaced; use "
          + "another folder")
    }
  }
  guard access(path, W_OK | X_OK) == 0 else {
    throw FileError(.system, path: path, reason: String(cString: strerror(errno)))
  }
  return !existing.isEmpty
}

private func checkDistinct(_ path: String, from inputs: [String]) throws {
  guard let resolved = resolvedPath(path) else { return }
  for input in inputs where !isFolder(input) && resolvedPath(input) == resolved {
    throw FileError(
      .system, path: path, reason: "is read by this run, so it is not replaced; choose another name"
    )
  }
}

/// Whether two paths, whose files need not exist, name one file, whatever links lead there.
package func isSamePlace(_ first: String, _ second: String) -> Bool {
  func place(_ path: String) -> String? {
    if let resolved = resolvedPath(path) { return resolved }
    guard let name = path.split(separator: "/").last else { return nil }
    return resolvedPath(parent(of: path)).map { "\($0 == "/" ? "" : $0)/\(name)" }
  }
  guard let one = place(first), let other = place(second) else {
    return false
  }
  return one == other
}

private func parent(of path: String) -> String {
  guard let slash = path.lastIndex(of: "/") else { return "." }
  return slash == path.startIndex ? "/" : String(path[..<slash])
}

/// Refuses a path in whose folder nothing can be made.
private func checkCanWrite(in folder: String, _ path: String) throws {
  guard isFolder(folder) else {
    throw FileError(.system, path: path, reason: "\(folder) is not a folder, or does not exist")
  }
  guard access(folder, W_OK | X_OK) == 0 else {
    throw FileError(
      .system, path: path, reason: "cannot write in \(folder): \(String(cString: strerror(errno)))")
  }
}

/// The first bytes of a file as text.
private func fileStart(_ path: String, count: Int) throws -> String {
  let descriptor = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
  guard descriptor >= 0 else {
    throw FileError(.system, path: path, reason: String(cString: strerror(errno)))
  }
  defer { close(descriptor) }
  var bytes = [UInt8](repeating: 0, count: count)
  let read = read(descriptor, &bytes, count)
  return String(decoding: bytes.prefix(max(read, 0)), as: UTF8.self)
}
