/// Why there is no heat map. `description` is one sentence.
public struct HeatMapError: Error, Hashable, Sendable, CustomStringConvertible {
  /// What is wrong and what to do.
  public let description: String
}
