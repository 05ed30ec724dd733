/// Why something cannot be trained.
public struct TrainingError: Error, Hashable, Sendable, CustomStringConvertible {
  /// What is wrong, for programs.
  public enum Kind: String, Hashable, Sendable, CaseIterable {
    /// A network that has no gradients here.
    case unsupportedNetwork
    /// A loss or a weight that is no number any more.
    case notFinite
    /// Weights or moments that do not fit the network.
    case mismatch
  }

  /// What is wrong, for programs.
  public let kind: Kind
  /// One sentence with what was expected and found.
  public let description: String

  init(_ kind: Kind, _ description: String) {
    self.kind = kind
    self.description = description
  }
}
