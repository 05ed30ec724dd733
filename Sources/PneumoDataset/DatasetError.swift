/// Why a data set cannot be used.
public struct DatasetError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The classes of errors.
  public enum Kind: String, Hashable, Sendable, CaseIterable {
    case unreadable
    case noImages
    /// Fewer than two classes.
    case oneClass
    /// A table whose columns or lines are not understood.
    case invalidTable
    /// One image with two labels.
    case conflictingLabels
    /// A class with too few patients for the folds.
    case tooFewPatients
    /// Images of one patient on both sides of a split.
    case leak
    case unreadableImages
  }

  /// What class of error it is.
  public let kind: Kind
  /// Names the file or folder, what was expected, what was found and what to do.
  public let description: String

  init(_ kind: Kind, _ description: String) {
    self.kind = kind
    self.description = description
  }
}
