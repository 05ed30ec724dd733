import PneumoFiles

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// Labelled images.
public struct Dataset: Hashable, Sendable {
  /// Names of the classes, by byte order; a label is an index here.
  public let classes: [String]
  /// Class by class, in byte order of their paths as Keras lists them.
  public let samples: [Sample]

  init(classes: [String], samples: [Sample], origin: String) throws(DatasetError) {
    guard !samples.isEmpty else {
      throw DatasetError(
        .noImages,
        "\(origin): no images; expected folders, one a class, of .jpeg or .jpg files, or a table")
    }
    guard classes.count >= 2 else {
      throw DatasetError(
        .oneClass,
        "\(origin): only the class '\(classes[0])'; expected two or more classes, each a folder")
    }
    self.classes = classes
    self.samples = samples
  }

  /// A folder of class folders, or a table: a file whose name ends in `.csv`.
  public init(contentsOf path: String) throws(DatasetError) {
    if path.lowercased().hasSuffix(".csv") {
      try self.init(table: path)
    } else {
      try self.init(folder: path)
    }
  }

  /// A folder of class folders: classes by byte order of their names, files as Keras' iterator lists
  /// them. Folders without images are no classes.
  public init(folder: String) throws(DatasetError) {
    var classes: [String] = []
    var samples: [Sample] = []
    for name in try Self.entries(of: folder) where Self.isFolder("\(folder)/\(name)") {
      var paths: [String] = []
      var visited: Set<FileIdentity> = []
      try Self.collect("\(folder)/\(name)", &paths, &visited)
      guard !paths.isEmpty else { continue }
      let label = classes.count
      classes.append(name)
      samples += paths.map {
        Sample(path: $0, label: label, patient: PneumoDataset.patient(ofFile: $0))
      }
    }
    try self.init(classes: classes, samples: samples, origin: folder)
  }

  /// Images of a folder, then those of the folders in it, each by byte order.
  private static func collect(
    _ folder: String, _ paths: inout [String], _ visited: inout Set<FileIdentity>
  ) throws(DatasetError) {
    // A link may lead back to where it stands.
    guard let identity = FileIdentity(folder), visited.insert(identity).inserted else { return }
    let names = try entries(of: folder)
    for name in names {
      let path = "\(folder)/\(name)"
      let lower = name.lowercased()
      if lower.hasSuffix(".jpeg") || lower.hasSuffix(".jpg"), !isFolder(path) { paths.append(path) }
    }
    for name in names where isFolder("\(folder)/\(name)") {
      try collect("\(folder)/\(name)", &paths, &visited)
    }
  }

  /// Names in a folder by byte order, hidden ones left out.
  private static func entries(of folder: String) throws(DatasetError) -> [String] {
    guard let directory = opendir(folder) else {
      throw DatasetError(
        .unreadable,
        "\(folder): cannot list the folder: \(String(cString: strerror(errno))); expected a folder "
          + "of class folders, or a .csv table")
    }
    defer { closedir(directory) }
    var names: [String] = []
    while let entry = readdir(directory) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 1) { String(cString: $0) }
      }
      if !name.hasPrefix(".") { names.append(name) }
    }
    return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }

  private static func isFolder(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }

  private struct FileIdentity: Hashable {
    let device: UInt64
    let number: UInt64

    init?(_ path: String) {
      var status = stat()
      guard stat(path, &status) == 0 else { return nil }
      device = UInt64(status.st_dev)
      number = UInt64(status.st_ino)
    }
  }
}

extension Dataset {
  /// The data set without some of its samples.
  public func removing(_ indices: Set<Int>) throws(DatasetError) -> Dataset {
    let left = samples.indices.filter { !indices.contains($0) }.map { samples[$0] }
    for (label, name) in classes.enumerated() where !left.contains(where: { $0.label == label }) {
      throw DatasetError(.noImages, "no image of class \(name) can be read")
    }
    return try Dataset(classes: classes, samples: left, origin: "the data set")
  }
}
