import PneumoDataset
import PneumoImaging
import PneumoSystem

/// The files of one data set, before anything is read.
struct FolderListing {
  struct Split {
    let name: String
    let path: String
    var classes: [String] = []
    var samples: [Sample] = []
    var others: [String] = []
  }

  private(set) var layout = ImageCollection.Layout.classes
  private(set) var splits: [Split] = []
  private(set) var problems: [FileProblem] = []

  init(_ path: String, layout: ImageCollection.Layout?) throws(DatasetError) {
    if path.lowercased().hasSuffix(".csv"), (try? FolderEntries(of: path)) == nil {
      let table = try Dataset(csv: path)
      self.layout = .table
      splits = [Split(name: path, path: path, classes: table.classes, samples: table.samples)]
      return
    }
    let entries: FolderEntries
    do throws(FileError) { entries = try FolderEntries(of: path) } catch {
      throw DatasetError(
        .unreadable, "\(error.reason); expected a folder of images", file: error.path)
    }
    let root = entries.path
    let walks = entries.folders.map { FolderWalk(entries.path(of: $0)) }
    self.layout =
      layout ?? Self.layout(zip(entries.folders, walks).map { (entries.path(of: $0), $1) })
    switch self.layout {
    case .classes, .table:
      var split = Split(name: Self.name(of: root), path: root)
      add(entries, walks, to: &split)
      splits = [split]
    case .splits:
      reportFiles(of: entries)
      for name in entries.folders.sorted(by: Self.precedes) {
        addSplit(entries.path(of: name), name)
      }
    }
    guard splits.contains(where: { !$0.samples.isEmpty }) else {
      let others = walks.reduce(entries.files.count) { $0 + $1.others.count }
      throw DatasetError(
        .noImages,
        "no images in class folders"
          + (others > 0 ? ", but \(others) other \(others == 1 ? "file" : "files")" : "")
          + "; expected CLASS/*.jpeg, or SPLIT/CLASS/*.jpeg",
        file: path)
    }
  }

  /// By where most images lie: in the folders themselves, or in folders in them.
  private static func layout(_ folders: [(path: String, walk: FolderWalk)])
    -> ImageCollection.Layout
  {
    var (near, far) = (0, 0)
    for (path, walk) in folders {
      // What is left of the path of an image has a slash where there is another folder.
      let images = walk.images
      let deep = images.count { $0.utf8.dropFirst(path.utf8.count + 1).contains(0x2F) }
      far += deep
      near += images.count - deep
    }
    return far > near ? .splits : .classes
  }

  private mutating func addSplit(_ path: String, _ name: String) {
    let entries: FolderEntries
    do throws(FileError) { entries = try FolderEntries(of: path) } catch {
      problems.append(FileProblem(error))
      return
    }
    var split = Split(name: name, path: path)
    add(entries, entries.folders.map { FolderWalk(entries.path(of: $0)) }, to: &split)
    if entries.folders.isEmpty {
      problems.append(FileProblem(.emptyFolder, path, "a split without class folders"))
    } else {
      splits.append(split)
    }
  }

  /// Adds the classes of a split: the folders of `entries`, of which each has a walk.
  private mutating func add(_ entries: FolderEntries, _ walks: [FolderWalk], to split: inout Split)
  {
    reportFiles(of: entries)
    for (name, walk) in zip(entries.folders, walks) {
      problems += walk.problems.map { FileProblem($0) }
      split.others += walk.others
      let images = walk.images
      guard !images.isEmpty else {
        problems.append(
          FileProblem(
            .emptyFolder, "\(entries.path)/\(name)",
            "no images in this folder of a class; remove it or add .jpeg or .jpg files"))
        continue
      }
      split.samples += images.map { path in
        Sample(
          path: path, label: split.classes.count, patient: Sample.patient(ofFile: path))
      }
      split.classes.append(name)
    }
  }

  private mutating func reportFiles(of entries: FolderEntries) {
    problems += entries.problems.map { FileProblem($0) }
    problems += entries.files.filter(isImageName).map { name in
      FileProblem(
        .misplaced, "\(entries.path)/\(name)",
        "an image beside the class folders, which no trainer would see; move it into one")
    }
  }

  private static func name(of path: String) -> String {
    path.split(separator: "/").last.map(String.init) ?? path
  }

  /// Training first, test last, as one speaks of them.
  private static func precedes(_ a: String, _ b: String) -> Bool {
    func rank(_ name: String) -> Int {
      let name = name.lowercased()
      return name.hasPrefix("train") ? 0 : name.hasPrefix("test") ? 2 : 1
    }
    return rank(a) != rank(b) ? rank(a) < rank(b) : a.utf8.lexicographicallyPrecedes(b.utf8)
  }
}
