import PneumoImaging
import PneumoSystem

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
  package init(folder: String, isForTraining: Bool = true) throws(DatasetError) {
    let entries: FolderEntries
    do throws(FileError) { entries = try FolderEntries(of: folder) } catch {
      throw DatasetError(
        .unreadable, "\(error.reason); expected a folder of class folders, or a .csv table",
        file: error.path)
    }
    if let problem = entries.problems.first { throw DatasetError(problem) }
    var ignored = entries.files.count + entries.hidden
    var samples: [Sample] = []
    for (label, name) in entries.folders.enumerated() {
      let walk = FolderWalk(entries.path(of: name))
      if let problem = walk.problems.first { throw DatasetError(problem) }
      ignored += walk.others.count + walk.hidden
      samples += walk.images.map { path in
        Sample(path: path, label: label, patient: Sample.patient(ofFile: path))
      }
    }
    try self.init(
      source: entries.path, classes: entries.folders, samples: samples, ignoredFiles: ignored,
      isForTraining: isForTraining)
  }
}
