/// Why a text is no JSON.
public struct JSONError: Error, Hashable, Sendable, CustomStringConvertible {
  /// One sentence: what is wrong, and where.
  public let description: String

  init(_ description: String) { self.description = description }
}
