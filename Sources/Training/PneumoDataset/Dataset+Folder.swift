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
    let root = folder.count > 1 && folder.hasSuffix("/") ? String(folder.dropLast()) : folder
    var ignored = 0
    let entries = try FolderEntries(of: root)
    if let problem = entries.nameProblem { throw problem }
    ignored += entries.files.count + entries.hidden
    var samples: [Sample] = []
    for (label, name) in entries.folders.enumerated() {
      let walk = FolderWalk(root == "/" ? "/\(name)" : "\(root)/\(name)")
      if let problem = walk.problems.first { throw problem }
      ignored += walk.others.count + walk.hidden
      samples += walk.images.map { path in
        Sample(path: path, label: label, patient: Sample.patient(ofFile: path))
      }
    }
    try self.init(
      source: root, classes: entries.folders, samples: samples, ignoredFiles: ignored,
      isForTraining: isForTraining)
  }
}
