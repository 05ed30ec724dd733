#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

extension Dataset {

  /// The images of a folder of class folders.
  ///
  /// Classes are the folders in `folder` by byte order of their names. The files of a class come
  /// as Keras' `flow_from_directory` takes them: its folders by the byte order of their paths, and
  /// in each the files by byte order of their names. Files that end in `.jpeg` or `.jpg`, in any
  /// case, are images; others are counted. Hidden names, with a dot first, are passed over. Links to
  /// folders are followed, but no folder of a class is entered twice. Patients follow
  /// ``Sample/patient(ofFile:)``.
  ///
  /// Throws ``DatasetError`` for a folder that cannot be read, for names that are not UTF-8, where
  /// there are no images, and of one to train on where there is only one class, or one without images.
  public init(folder: String, isForTraining: Bool = true) throws(DatasetError) {
    let root = folder.count > 1 && folder.hasSuffix("/") ? String(folder.dropLast()) : folder
    var ignored = 0
    let entries = try FolderEntries(of: root)
    ignored += entries.files.count + entries.hidden
    var samples: [Sample] = []
    for (label, name) in entries.folders.enumerated() {
      var walk = FolderWalk()
      try walk.visit(root == "/" ? "/\(name)" : "\(root)/\(name)")
      ignored += walk.ignored
      samples += walk.images.map { path in
        Sample(path: path, label: label, patient: Sample.patient(ofFile: path))
      }
    }
    try self.init(
      source: root, classes: entries.folders, samples: samples, ignoredFiles: ignored,
      isForTraining: isForTraining)
  }
}

/// A walk through the folders of one class.
private struct FolderWalk {
  private struct Identity: Hashable {
    let device: dev_t
    let number: ino_t
  }

  private var visited: Set<Identity> = []
  private var files: [(folder: String, names: [String])] = []
  /// Files that are no images.
  private(set) var ignored = 0

  /// The paths of the images, in Keras' order.
  var images: [String] {
    files.sorted { $0.folder.precedesInBytes($1.folder) }
      .flatMap { folder in folder.names.map { "\(folder.folder)/\($0)" } }
  }

  mutating func visit(_ folder: String) throws(DatasetError) {
    var status = stat()
    guard stat(folder, &status) == 0,
      visited.insert(Identity(device: status.st_dev, number: status.st_ino)).inserted
    else { return }
    let entries = try FolderEntries(of: folder)
    let images = entries.files.filter(isImage)
    ignored += entries.files.count - images.count + entries.hidden
    files.append((folder, images))
    for name in entries.folders { try visit("\(folder)/\(name)") }
  }

  private func isImage(_ name: String) -> Bool {
    let name = name.lowercased()
    return name.hasSuffix(".jpeg") || name.hasSuffix(".jpg")
  }
}

/// What is in one folder, by byte order of the names.
private struct FolderEntries {
  /// Links to folders are folders.
  private(set) var folders: [String] = []
  private(set) var files: [String] = []
  /// How many names start with a dot, but for `.` and `..`.
  private(set) var hidden = 0

  init(of folder: String) throws(DatasetError) {
    guard let stream = opendir(folder) else {
      throw DatasetError(
        .unreadable,
        "cannot list the folder: \(String(cString: strerror(errno))); expected a folder of class"
          + " folders, or a .csv table",
        file: folder)
    }
    defer { closedir(stream) }
    while let entry = readdir(stream) {
      let bytes = withUnsafeBytes(of: &entry.pointee.d_name) { Array($0.prefix { $0 != 0 }) }
      if bytes.first == UInt8(ascii: ".") {
        if bytes != [UInt8](".".utf8), bytes != [UInt8]("..".utf8) { hidden += 1 }
        continue
      }
      guard let name = String(validating: bytes, as: UTF8.self) else {
        throw DatasetError(
          .invalidName,
          "the name '\(String(decoding: bytes, as: UTF8.self))' in it is not UTF-8; rename it",
          file: folder)
      }
      if isFolder("\(folder)/\(name)") { folders.append(name) } else { files.append(name) }
    }
    folders.sort { $0.precedesInBytes($1) }
    files.sort { $0.precedesInBytes($1) }
  }
}
