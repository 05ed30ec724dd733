import PneumoDataset
import PneumoSupport

/// The images of one or more data sets: which split and class each is in.
package struct ImageCollection: Sendable {
  /// How folders are nested.
  package enum Layout: String, Hashable, Sendable, CaseIterable {
    /// Folders of classes: one split.
    case classes
    /// Folders of splits, and in them folders of classes.
    case splits
    /// A `.csv`: one split.
    case table
  }

  /// The images of one split.
  package struct Split: Sendable {
    /// What it is called: the name of its folder, behind its path where there are several.
    package let name: String
    /// In the order of ``PneumoDataset/Dataset``, so that a place here is that of the trainer.
    package let samples: [Sample]
    /// Files whose names are not those of images.
    let others: [String]
  }

  /// What was looked at.
  package let paths: [String]
  /// How each of them is nested.
  package let layouts: [Layout]
  /// The names of all classes by byte order; a label of a sample is an index of them.
  package let classes: [String]
  /// The splits, by byte order of the names in each folder, but `train` first and `test` last.
  package let splits: [Split]
  /// What is wrong with folders and with the places of files.
  package let problems: [FileProblem]

  /// The images at `paths`: folders of class folders, folders of splits, or tables `.csv` as
  /// ``PneumoDataset/Dataset/init(csv:)`` reads them, of which each is a split.
  ///
  /// A folder holds splits where more images lie two folders down, or deeper, than one folder down.
  ///
  /// Throws ``PneumoDataset/DatasetError``: `unreadable`, `noImages`, errors of a table, and
  /// `duplicatePath` for a folder that comes twice.
  ///
  /// - Parameter layout: how folders are nested, `classes` or `splits`, where it is known.
  package init(_ paths: [String], layout: Layout? = nil) throws(DatasetError) {
    var listings: [FolderListing] = []
    for path in paths { listings.append(try FolderListing(path, layout: layout)) }
    self.paths = paths
    layouts = listings.map(\.layout)
    problems = listings.flatMap(\.problems)
    let classes = Set(listings.flatMap { $0.splits.flatMap(\.classes) })
      .sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    let labels = Dictionary(uniqueKeysWithValues: zip(classes, classes.indices))
    var splits: [Split] = []
    for (path, listing) in zip(paths, listings) {
      for split in listing.splits {
        let samples = split.samples.map { sample in
          Sample(
            path: sample.path, label: labels[split.classes[sample.label]] ?? 0,
            patient: sample.patient)
        }
        let name =
          paths.count == 1 ? split.name : listing.layout == .splits ? split.path : path
        splits.append(Split(name: name, samples: samples, others: split.others))
      }
    }
    self.classes = classes
    self.splits = splits
    var seen: Set<String> = []
    for split in splits {
      for sample in split.samples where !seen.insert(sample.path).inserted {
        throw DatasetError(
          .duplicatePath, "this image is in two of the splits; name each folder once",
          file: sample.path)
      }
    }
  }

  /// Images of all splits.
  package var imageCount: Int { splits.reduce(0) { $0 + $1.samples.count } }

  /// Images that neither name nor table says whose they are: each counts as a patient of its own.
  package var unknownPatients: Int {
    splits.reduce(0) { $0 + $1.samples.count { $0.patient == $0.path } }
  }

  /// What was found where: a line for each path.
  package var summary: String {
    zip(paths, layouts).map { path, layout in
      let form =
        switch layout {
        case .table: "one split, a table"
        case .classes: "one split, a folder for each class"
        case .splits: "a folder for each split, and in it one for each class"
        }
      return "\(Format.visible(path)): \(form)\n"
    }.joined()
  }
}
