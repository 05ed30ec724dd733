import PneumoClassifier
import PneumoConsole
import PneumoImaging
import PneumoSupport
import PneumoSystem

/// The images that the arguments name, in their order.
///
/// Folders become the JPEG files in and below them; `-` becomes the paths on standard input, each as
/// soon as it arrives. Other paths are taken as they are.
struct InputSource {
  private var arguments: ArraySlice<String>
  private var lines: LineReader?
  private let separator: LineReader.Separator
  private var found: ArraySlice<BatchInput> = []

  /// How many there are; `nil` while standard input may bring more.
  let count: Int?
  /// Columns of the longest path, if all are known.
  let longestPath: Int?
  /// Files in folders that are not taken for images.
  private(set) var leftOut = LeftOutFiles()

  /// - Parameters:
  ///   - arguments: files, folders, and `-` for standard input. Folders are searched at once unless
  ///     standard input is among the arguments.
  ///   - separator: what separates the paths on standard input.
  init(_ arguments: [String], separator: LineReader.Separator) {
    self.separator = separator
    guard !arguments.contains("-") else {
      self.arguments = arguments[...]
      count = nil
      longestPath = nil
      return
    }
    self.arguments = []
    var all: [BatchInput] = []
    for argument in arguments { all += Self.images(at: argument, &leftOut) }
    found = all[...]
    count = all.count
    longestPath = all.map { Format.visible($0.file ?? "").count }.max() ?? 0
  }

  /// The file that comes first, if that is known and it may be readable.
  var first: String? {
    guard count != nil, case .file(let path)? = found.first?.source else { return nil }
    return path
  }

  /// The next inputs: as many as `limit`, or those that are there without waiting; none at the end.
  mutating func next(_ limit: Int, unless shouldStop: () -> Bool) -> [BatchInput] {
    var inputs: [BatchInput] = []
    while inputs.count < limit {
      if let input = found.popFirst() {
        inputs.append(input)
      } else if lines != nil {
        guard inputs.isEmpty || lines?.hasLine == true else { return inputs }
        readLine(unless: shouldStop)
        if shouldStop() { return inputs }
      } else if let argument = arguments.popFirst() {
        if argument == "-" {
          lines = LineReader(separator)
        } else {
          found = Self.images(at: argument, &leftOut)[...]
        }
      } else {
        return inputs
      }
    }
    return inputs
  }

  private mutating func readLine(unless shouldStop: () -> Bool) {
    do throws(LineReader.Failure) {
      guard let line = try lines?.next(unless: shouldStop) else {
        lines = nil
        return
      }
      guard !line.isEmpty else { return }
      let path = String(decoding: line, as: UTF8.self)
      if line.contains(0) {
        let reason =
          "a line of standard input holds NUL characters; where they separate paths, as with "
          + "find -print0, add -0"
        found = [BatchInput(.none(ImageError(.unreadable, reason, file: path)))]
      } else if String(validating: line, as: UTF8.self) == nil {
        let reason = "its name is not UTF-8; rename it"
        found = [BatchInput(.none(ImageError(.unreadable, reason, file: path)))]
      } else {
        found = Self.images(at: path, &leftOut)[...]
      }
    } catch {
      found = [BatchInput(.none(ImageError(.unreadable, error.reason, file: "standard input")))]
      lines = nil
    }
  }

  private static func images(at path: String, _ leftOut: inout LeftOutFiles) -> [BatchInput] {
    guard isFolder(path) else { return [BatchInput(.file(path))] }
    let walk = FolderWalk(path) { Interrupt.isRequested }
    let others = LeftOutFiles(of: walk)
    leftOut.add(others)
    let problems = walk.problems.map { BatchInput(.none(ImageError($0))) }
    guard walk.images.isEmpty, problems.isEmpty else {
      return walk.images.map { BatchInput(.file($0)) } + problems
    }
    let reason = "no .jpeg or .jpg files in this folder" + (others.text.map { ", but \($0)" } ?? "")
    return [BatchInput(.none(ImageError(.unreadable, reason, file: path)))]
  }
}
