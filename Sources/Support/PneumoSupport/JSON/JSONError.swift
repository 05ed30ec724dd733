/// Why a text is not the JSON that was expected.
package struct JSONError: Error, Hashable, Sendable, CustomStringConvertible {
  /// One sentence: what is wrong, and where.
  package let description: String

  package init(_ description: String) { self.description = description }
}
