/// Why an architecture or a checkpoint cannot be used.
package struct CheckpointError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The classes of errors.
  package enum Kind: String, Hashable, Sendable, CaseIterable {
    case unreadable
    /// No safetensors file, or a damaged one.
    case damagedFile
    /// A safetensors file, but not written by `pneumo-train`.
    case notACheckpoint
    /// Written by a newer program.
    case unknownVersion
    case invalidArchitecture
    /// A tensor that the architecture needs.
    case missingTensor
    /// A tensor of another shape or type than expected.
    case wrongTensor
    /// Text that is not understood: preprocessing, card, numbers.
    case invalidMetadata
    /// The parts do not make a classifier.
    case invalidModel
  }

  /// What class of error it is.
  package let kind: Kind
  /// The path of the file, where it is known.
  package var file: String?
  /// What was expected, what was found and what to do.
  package let reason: String

  init(_ kind: Kind, _ reason: String) {
    self.kind = kind
    self.reason = reason
  }

  /// The file and the reason.
  package var description: String { (file.map { "\($0): " } ?? "") + reason }

  /// The same error, naming `file`.
  package func naming(file: String) -> CheckpointError {
    var copy = self
    copy.file = copy.file ?? file
    return copy
  }
}
