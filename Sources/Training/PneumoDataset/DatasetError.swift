import PneumoSystem

/// Why a data set cannot be used as asked.
///
/// `description` is one English sentence that names the file, where there is one, and says what to
/// do.
package struct DatasetError: Error, Hashable, Sendable, CustomStringConvertible {
  /// What is wrong, for programs.
  package enum Kind: String, Hashable, Sendable, CaseIterable {
    /// The system refused a folder or a file.
    case unreadable
    /// No folders of classes, or no lines.
    case noImages
    /// Nothing to tell apart.
    case oneClass
    /// A class without images.
    case emptyClass
    /// The name of a class that no model can have, or two that are one.
    case invalidClass
    /// Splits of the data where classes should be.
    case splitsAsClasses
    /// The name of a file is not UTF-8.
    case invalidName
    /// The first line of a CSV does not name the columns.
    case badHeader
    /// A line of a CSV that cannot be read.
    case badLine
    /// A line of a CSV without a label.
    case missingLabel
    /// A path that comes twice.
    case duplicatePath
    /// The same image, byte by byte, in two classes.
    case conflictingLabels
    /// A class with too few patients to split.
    case tooFewPatients
    /// A fraction or a number of folds that no split can follow.
    case invalidSplit
    /// A patient, or an image, on both sides of a split.
    case leak
    /// Images that cannot be decoded.
    case unreadableImages
    /// The caller asked to stop.
    case canceled
  }

  /// What is wrong, for programs.
  package let kind: Kind
  /// The file or folder, where there is one.
  package let file: String?
  /// The line of the file, from 1.
  package let line: Int?
  /// What is wrong and what to do, without the file's name.
  package let reason: String
  /// All images that cannot be decoded, where that is the reason.
  package let unreadable: [UnreadableImage]

  /// An error that `description` words as `file:line: reason`.
  package init(
    _ kind: Kind, _ reason: String, file: String? = nil, line: Int? = nil,
    unreadable: [UnreadableImage] = []
  ) {
    self.kind = kind
    self.file = file
    self.line = line
    self.reason = reason
    self.unreadable = unreadable
  }

  /// The error of a file or folder.
  package init(_ error: FileError) {
    self.init(
      error.kind == .invalidName ? .invalidName : .unreadable, error.reason, file: error.path)
  }

  /// The file and the line, where known, and the reason.
  package var description: String {
    let place = [file, line.map(String.init)].compactMap(\.self).joined(separator: ":")
    return place.isEmpty ? reason : "\(place): \(reason)"
  }
}

/// An image that could not be decoded.
package struct UnreadableImage: Hashable, Sendable, CustomStringConvertible {
  /// Where it is.
  package let path: String
  /// What is wrong with it.
  package let reason: String

  /// An image and what is wrong with it.
  package init(path: String, reason: String) {
    self.path = path
    self.reason = reason
  }

  /// The path and the reason.
  package var description: String { "\(path): \(reason)" }
}
