/// Why something cannot be trained.
package struct TrainingError: Error, Hashable, Sendable, CustomStringConvertible {
  /// What is wrong, for programs.
  package enum Kind: String, Hashable, Sendable, CaseIterable {
    /// A network that has no gradients here.
    case unsupportedNetwork
    /// A loss or a weight that is no longer finite.
    case notFinite
    /// Weights or moments that do not fit the network.
    case mismatch
  }

  /// What is wrong, for programs.
  package let kind: Kind
  /// One sentence with what was expected and found.
  package let description: String

  init(_ kind: Kind, _ description: String) {
    self.kind = kind
    self.description = description
  }
}
