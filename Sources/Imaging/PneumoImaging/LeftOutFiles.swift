import PneumoSystem

/// The files of folders that are not taken for images, so that nobody misses them in silence.
package struct LeftOutFiles: Hashable, Sendable {
  /// How many files have each suffix: in lower case with its dot, or empty.
  package private(set) var counts: [String: Int] = [:]
  /// How many names begin with a dot.
  package var hidden = 0

  /// None.
  package init() {}

  /// Those of a walk.
  package init(of walk: FolderWalk) {
    add(walk.others)
    hidden = walk.hidden
  }

  /// Files and hidden names together.
  package var count: Int { hidden + counts.values.reduce(0, +) }

  /// Adds files by their paths or names.
  package mutating func add(_ files: [String]) {
    for file in files { counts[Self.suffix(of: file), default: 0] += 1 }
  }

  /// Adds those of another folder.
  package mutating func add(_ other: LeftOutFiles) {
    counts.merge(other.counts, uniquingKeysWith: +)
    hidden += other.hidden
  }

  /// How many there are, as `3 .png, 1 .db and 2 hidden files`, the most frequent first; `nil` for none.
  package var text: String? {
    var parts = counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map { suffix, count in
      "\(count) \(suffix.isEmpty ? "without a suffix" : suffix)"
    }
    if parts.count > 6 {
      let others = counts.values.sorted(by: >).dropFirst(5).reduce(0, +)
      parts = parts.prefix(5) + ["\(others) others"]
    }
    if hidden > 0 { parts.append("\(hidden) hidden") }
    guard let last = parts.popLast() else { return nil }
    let noun = count == 1 ? "file" : "files"
    return (parts.isEmpty ? last : parts.joined(separator: ", ") + " and " + last) + " " + noun
  }

  /// A sentence for whoever expected them; `nil` for none.
  package var note: String? {
    text.map { "left out: \($0); images are files that end in .jpeg or .jpg" }
  }

  private static func suffix(of path: String) -> String {
    let name = path.split(separator: "/").last ?? ""
    guard let dot = name.lastIndex(of: "."), dot != name.startIndex else { return "" }
    return name[dot...].lowercased()
  }
}
