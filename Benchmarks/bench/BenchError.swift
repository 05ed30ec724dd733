/// Why something could not be measured.
struct BenchError: Error, CustomStringConvertible {
  /// One sentence: what was expected, what was found, what to do.
  let description: String

  /// Makes an error with this description.
  init(_ description: String) { self.description = description }
}
