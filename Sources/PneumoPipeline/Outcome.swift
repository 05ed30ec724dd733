import Pneumo

/// What became of one input.
public struct Outcome: Sendable {
  /// The input's path.
  public let path: String
  /// The answer, or why there is none.
  public let result: Result

  /// The answer, or why there is none.
  public enum Result: Sendable {
    case success(Prediction)
    /// One sentence that names the file.
    case failure(String)
  }
}
