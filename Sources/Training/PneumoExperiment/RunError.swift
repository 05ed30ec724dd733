/// Why a run ended early.
package struct RunError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The classes of errors.
  package enum Kind: String, Hashable, Sendable, CaseIterable {
    /// The user asked to stop; the run can go on later.
    case interrupted
    /// A loss, or what decides about the best epoch, is not finite.
    case notFinite
    /// What is in the folder belongs to another run.
    case otherRun
    /// Another process writes into the folder.
    case inUse
    /// Something cannot be written or read.
    case file
    /// A network that cannot be trained, or not for these classes.
    case network
    /// A setting that cannot be followed.
    case setting
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
