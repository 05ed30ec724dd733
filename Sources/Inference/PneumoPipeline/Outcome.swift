import Pneumo

/// What became of one input.
package struct Outcome: Sendable {
  /// The input's path.
  package let path: String
  /// The answer, or why there is none.
  package let result: Result

  /// The answer, or why there is none.
  package enum Result: Sendable {
    case success(Prediction)
    /// One sentence that names the file.
    case failure(String)
  }
}
