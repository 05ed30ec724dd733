/// Why a run ended early.
package struct RunError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The classes of errors.
  package enum Kind: String, Hashable, Sendable, CaseIterable {
    /// The user asked to stop; the run can be continued.
    case interrupted
    /// A loss that is no number.
    case notFinite
    /// What stands in the folder is of another run.
    case otherRun
    /// Something could not be written or read.
    case file
    /// A network that cannot be trained.
    case network
  }

  /// What class of error it is.
  package let kind: Kind
  /// What happened and what to do.
  package let description: String

  init(_ kind: Kind, _ description: String) {
    self.kind = kind
    self.description = description
  }
}
