/// Why the compute layer cannot do what was asked for.
public struct ComputeError: Error, Hashable, Sendable, CustomStringConvertible {
  /// What is wrong, for programs.
  public enum Kind: String, Hashable, Sendable, CaseIterable {
    /// An option or an environment variable that cannot be followed.
    case setting
    /// The model would need more memory than is reasonable.
    case tooLarge
    /// Input or output of a size that does not fit the model.
    case wrongSize
    /// The system has no memory left. Another attempt may succeed later.
    case outOfMemory
    /// A network's output is not finite (NaN or infinite), so it says nothing about the image.
    case notFinite
  }

  /// What is wrong, for programs.
  public let kind: Kind
  /// One sentence with what was expected and found.
  public let description: String

  /// An error with this description.
  public init(_ kind: Kind, _ description: String) {
    self.kind = kind
    self.description = description
  }
}
