import PneumoModel

// Whether the classes of a data set can be those of a classifier.

extension Dataset {
  /// Names of folders, or of labels, that mean a split of the data and not a class.
  private static let splitNames: Set = [
    "train", "training", "test", "testing", "val", "valid", "validation", "dev", "eval",
    "evaluation", "holdout",
  ]

  /// Throws `invalidClass` for names that no model could have, or that are one name in two spellings,
  /// and `splitsAsClasses` where the classes are splits.
  func checkClassNames() throws(DatasetError) {
    var known: [String: String] = [:]
    for name in classes {
      let visible = name.unicodeScalars.map { scalar in
        scalar.properties.generalCategory == .control
          ? "\\u{\(String(scalar.value, radix: 16))}" : String(scalar)
      }.joined()
      guard visible == name else {
        throw DatasetError(
          .invalidClass,
          "the class '\(visible)' contains a control character, which no model accepts in "
            + "a label; rename it",
          file: source)
      }
      guard name.utf8.count <= Limits.name else {
        throw DatasetError(
          .invalidClass,
          "a class has a name of \(name.utf8.count) bytes; at most \(Limits.name) are accepted",
          file: source)
      }
      // Strings are equal where they are canonically equivalent.
      let folded = name.lowercased().trimmingSpaces()
      if let other = known.updateValue(name, forKey: folded) {
        throw DatasetError(
          .invalidClass,
          "the classes '\(other)' and '\(name)' differ in case, spaces or encoding only; give all "
            + "their images one name",
          file: source)
      }
    }
    let splits = classes.filter { Self.splitNames.contains($0.lowercased()) }
    if splits.count > 1 { throw splitsAsClasses(splits) }
  }

  /// Throws `splitsAsClasses` where all class folders hold the same folders with images, and no images
  /// beside them: as a rule they are splits, or folds, with the classes in each.
  ///
  /// - Parameter layouts: of the class folders, in the order of the classes.
  func checkLayout(_ layouts: [ClassLayout]) throws(DatasetError) {
    guard let first = layouts.first, layouts.allSatisfy({ $0.isNested && $0 == first }) else {
      return
    }
    guard layouts.count > 1 else {
      throw DatasetError(
        .oneClass,
        "only one class, '\(classes[0])', with the folders \(Self.quoted(first.folders.sorted())) in it; "
          + "if those are the classes, give \(source)/\(classes[0])",
        file: source)
    }
    throw splitsAsClasses(classes, holding: first.folders.sorted())
  }

  private func splitsAsClasses(
    _ names: [String], holding folders: [String] = []
  ) -> DatasetError {
    let reason =
      folders.isEmpty ? "" : "each hold the folders \(Self.quoted(folders)), so they "
    return DatasetError(
      .splitsAsClasses,
      "\(Self.quoted(names)) \(reason)look like splits of the data, not like classes; give the folder "
        + "of one split, such as \(source)/\(names.first { $0.lowercased().hasPrefix("train") } ?? names[0])"
        + ", or name the classes in a table path,label",
      file: source)
  }

  private static func quoted(_ names: [String]) -> String {
    let list = names.prefix(8).map { "'\($0)'" }.joined(separator: ", ")
    return names.count > 8 ? list + ", …" : list
  }
}

/// Where in a class folder its images are.
struct ClassLayout: Equatable {
  /// Whether images are in the folder itself.
  let hasOwnImages: Bool
  /// The folders in it that hold images, at any depth.
  let folders: Set<String>

  /// - Parameters:
  ///   - folder: the path of the class folder.
  ///   - images: the paths of its images, all of which are below it.
  init(_ folder: String, images: [String]) {
    var (hasOwnImages, folders) = (false, Set<String>())
    for image in images {
      let parts = image.dropFirst(folder.count).split(separator: "/")
      if parts.count > 1 { folders.insert(String(parts[0])) } else { hasOwnImages = true }
    }
    self.hasOwnImages = hasOwnImages
    self.folders = folders
  }

  /// Whether the images are all in folders below, at least two.
  var isNested: Bool { !hasOwnImages && folders.count > 1 }
}

extension String {
  fileprivate func trimmingSpaces() -> String {
    let start = drop(while: \.isWhitespace)
    return String(
      start[..<(start.lastIndex { !$0.isWhitespace }.map(start.index(after:)) ?? start.startIndex)])
  }
}
