/// All files in a folder and in the folders below it.
///
/// Links to folders are followed, but no folder is entered twice, so a link to a folder above ends
/// there. Folders come in byte order of their paths, and the files of each in that of their names,
/// which is the order of Keras' `flow_from_directory`.
package struct FolderWalk: Sendable {
  /// The paths of all files but hidden ones.
  package private(set) var files: [String] = []
  /// How many names begin with a dot. What lies below hidden folders is not counted.
  package private(set) var hidden = 0
  /// Folders that cannot be listed, and entries that cannot be opened: names that are not UTF-8,
  /// and paths that are too long for the system.
  package private(set) var problems: [FileError] = []

  /// Walks through the folder at `path`.
  ///
  /// - Parameter shouldStop: is asked before each folder; after `true` the rest is left out.
  package init(_ path: String, unless shouldStop: () -> Bool = { false }) {
    var entered: Set<FolderEntries.Identity> = []
    var folders: [FolderEntries] = []
    var waiting = [path]
    while let path = waiting.popLast(), !shouldStop() {
      do throws(FileError) {
        let entries = try FolderEntries(of: path)
        guard entered.insert(entries.identity).inserted else { continue }
        folders.append(entries)
        waiting += entries.folders.reversed().map(entries.path(of:))
      } catch {
        problems.append(error)
      }
    }
    folders.sort { $0.path.precedesInBytes($1.path) }
    for folder in folders {
      files += folder.files.map(folder.path(of:))
      hidden += folder.hidden
      problems += folder.problems
    }
    problems.sort { $0.path.precedesInBytes($1.path) }
  }
}
