import PneumoImaging
import PneumoSystem

/// Labelled images: what there is to train on, before it is split.
package struct Dataset: Hashable, Sendable {
  /// The folder or the CSV file that it was read from.
  package let source: String
  /// The names of the classes by byte order; a label is an index of them.
  package let classes: [String]
  /// The images, class by class: of a folder in Keras' order, of a CSV by byte order of the paths.
  package let samples: [Sample]
  /// Files of a folder that are not taken for images.
  package let leftOut: LeftOutFiles
  /// Whether it was read from a table.
  package let isTable: Bool

  /// Checks that there are images; to train on, two classes with images of each are needed.
  init(
    source: String, classes: [String], samples: [Sample], leftOut: LeftOutFiles = LeftOutFiles(),
    isTable: Bool = false, isForTraining: Bool = true
  ) throws(DatasetError) {
    guard !samples.isEmpty else {
      throw DatasetError(
        .noImages,
        "no images; expected a folder of class folders with .jpeg or .jpg files,"
          + " or a CSV with the columns path and label"
          + (leftOut.text.map { "; found \($0)" } ?? ""),
        file: source)
    }
    self.source = source
    self.classes = classes
    self.samples = samples
    self.leftOut = leftOut
    self.isTable = isTable
    if isForTraining { try checkForTraining() }
  }

  /// Throws where there are not at least two classes with images of each, with names fit for a model.
  func checkForTraining() throws(DatasetError) {
    guard classes.count > 1 else {
      throw DatasetError(
        .oneClass, "only one class, '\(classes[0])'; a classifier needs at least two",
        file: source)
    }
    try checkClassNames()
    for (name, count) in zip(classes, classCounts()) where count == 0 {
      throw DatasetError(
        .emptyClass, "the class '\(name)' has no images; remove it or add .jpeg or .jpg files",
        file: source)
    }
  }

  /// What is at `path`: a file whose name ends in `.csv` as ``init(csv:)`` reads it, else a folder as
  /// ``init(folder:)`` does.
  ///
  /// - Parameter isForTraining: whether there must be two classes with images of each.
  package init(contentsOf path: String, isForTraining: Bool = true) throws(DatasetError) {
    if path.lowercased().hasSuffix(".csv"), (try? FolderEntries(of: path)) == nil {
      try self.init(csv: path, isForTraining: isForTraining)
    } else {
      try self.init(folder: path, isForTraining: isForTraining)
    }
  }

  /// How many of the samples at `indices` each class has; of all samples by default.
  package func classCounts(of indices: [Int]? = nil) -> [Int] {
    var counts = [Int](repeating: 0, count: classes.count)
    for index in indices ?? Array(samples.indices) { counts[samples[index].label] += 1 }
    return counts
  }

  /// The data set without the samples at `indices`. A class that loses all its images is an error.
  package func removing(_ indices: Set<Int>) throws(DatasetError) -> Dataset {
    guard !indices.isEmpty else { return self }
    return try Dataset(
      source: source, classes: classes,
      samples: samples.indices.filter { !indices.contains($0) }.map { samples[$0] },
      leftOut: leftOut, isTable: isTable)
  }
}
