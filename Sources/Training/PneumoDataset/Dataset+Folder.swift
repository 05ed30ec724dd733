import PneumoImaging
import PneumoSystem

extension Dataset {

  /// The images of a folder of class folders.
  ///
  /// Classes are the folders in `folder` by byte order of their names. The files of a class come
  /// as Keras' `flow_from_directory` takes them: its folders by the byte order of their paths, and
  /// in each the files by byte order of their names. Files that end in `.jpeg` or `.jpg`, in any
  /// case, are images; others are counted, and so are hidden names, with a dot first, and the folder
  /// `__MACOSX` that macOS puts into archives. Links to folders are followed, but no folder of a class
  /// is entered twice. Patients follow ``Sample/patient(ofFile:)``.
  ///
  /// Throws ``DatasetError`` for a folder that cannot be read, for names that are not UTF-8, where
  /// there are no images, and of one to train on where there is only one class, one without images, or
  /// where classes are splits.
  package init(folder: String, isForTraining: Bool = true) throws(DatasetError) {
    let entries: FolderEntries
    do throws(FileError) { entries = try FolderEntries(of: folder) } catch {
      throw DatasetError(
        .unreadable, "\(error.reason); expected a folder of class folders, or a .csv table",
        file: error.path)
    }
    if let problem = entries.problems.first { throw DatasetError(problem) }
    var leftOut = LeftOutFiles()
    leftOut.add(entries.files)
    leftOut.hidden = entries.hidden
    let classes = entries.folders.filter { $0 != "__MACOSX" }
    leftOut.hidden += entries.folders.count - classes.count
    var samples: [Sample] = []
    var layouts: [ClassLayout] = []
    for (label, name) in classes.enumerated() {
      let walk = FolderWalk(entries.path(of: name))
      if let problem = walk.problems.first { throw DatasetError(problem) }
      leftOut.add(LeftOutFiles(of: walk))
      let images = walk.images
      layouts.append(ClassLayout(entries.path(of: name), images: images))
      samples += images.map { path in
        Sample(path: path, label: label, patient: Sample.patient(ofFile: path))
      }
    }
    try self.init(
      source: entries.path, classes: classes, samples: samples, leftOut: leftOut,
      isForTraining: false)
    guard isForTraining else { return }
    // First, for where there is one class, or one without images, the folder may be the wrong one.
    try checkLayout(layouts)
    try checkForTraining()
  }
}
