/// Why a text is no JSON.
package struct JSONError: Error, Hashable, Sendable, CustomStringConvertible {
  /// One sentence: what is wrong, and where.
  package let description: String

  init(_ description: String) { self.description = description }
}
