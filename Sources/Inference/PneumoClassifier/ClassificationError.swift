import Pneumo
import PneumoImaging

/// Why an image has no prediction.
///
/// A service can tell by the case whose fault it is: `image` is the client's, `compute` the server's.
public enum ClassificationError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The image cannot be read or decoded.
  case image(ImageError)
  /// The network cannot be run on the image, or its output is not finite.
  case compute(ComputeError, file: String?)
  /// The task was canceled before the image had its turn.
  case canceled

  /// One sentence that names the file, where known, and says what to do.
  public var description: String {
    switch self {
    case .image(let error): error.description
    case .compute(let error, nil): error.description
    case .compute(let error, let file?): "\(file): \(error.description)"
    case .canceled: "canceled before the image was classified"
    }
  }
}
