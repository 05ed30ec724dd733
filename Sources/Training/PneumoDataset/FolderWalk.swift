import PneumoSystem

/// All files of a class folder and of the folders in it.
///
/// Links to folders are followed, but no folder is entered twice.
package struct FolderWalk: Sendable {
  /// Files whose names are those of images: they end in `.jpeg` or `.jpg`, in any case. In Keras'
  /// order: folders by the byte order of their paths, and in each the files by that of their names.
  package private(set) var images: [String] = []
  /// All other files but hidden ones, in the same order.
  package private(set) var others: [String] = []
  /// How many names start with a dot.
  package private(set) var hidden = 0
  /// Folders that cannot be listed, and those with names that are not UTF-8.
  package private(set) var problems: [DatasetError] = []

  private struct Identity: Hashable {
    let device: dev_t
    let number: ino_t
  }

  /// Walks through the folder at `path`.
  package init(_ path: String) {
    var visited: Set<Identity> = []
    var folders: [FolderEntries] = []
    visit(path, &visited, &folders)
    folders.sort { $0.path.precedesInBytes($1.path) }
    for folder in folders {
      for name in folder.files {
        let file = "\(folder.path)/\(name)"
        if Self.isImage(name) { images.append(file) } else { others.append(file) }
      }
      hidden += folder.hidden
    }
    problems += folders.compactMap(\.nameProblem)
  }

  private mutating func visit(
    _ folder: String, _ visited: inout Set<Identity>, _ folders: inout [FolderEntries]
  ) {
    var status = stat()
    guard stat(folder, &status) == 0,
      visited.insert(Identity(device: status.st_dev, number: status.st_ino)).inserted
    else { return }
    do throws(DatasetError) {
      let entries = try FolderEntries(of: folder)
      folders.append(entries)
      for name in entries.folders { visit("\(folder)/\(name)", &visited, &folders) }
    } catch {
      problems.append(error)
    }
  }

  /// Whether a file of this name is taken for an image.
  package static func isImage(_ name: String) -> Bool {
    let name = name.lowercased()
    return name.hasSuffix(".jpeg") || name.hasSuffix(".jpg")
  }
}
