import PneumoSystem

/// Why an image could not be read or written.
///
/// `description` is one English sentence that names the file, where known, and says what to do.
public struct ImageError: Error, Hashable, Sendable, CustomStringConvertible {
  /// What is wrong, for programs.
  public enum Kind: String, Hashable, Sendable, CaseIterable {
    /// The system refused the file, or it is a folder, FIFO or device.
    case unreadable
    /// More bytes, pixels or a longer side than ``DecodeLimits`` allow.
    case tooLarge
    /// No bytes at all.
    case empty
    /// Another format, or none.
    case notAJPEG
    /// A JPEG of a kind that is not decoded: 12 bits, lossless, two components, …
    case unsupported
    /// A JPEG that is truncated or damaged.
    case corrupt
    /// The image cannot be written as a JPEG.
    case cannotEncode
    /// libjpeg-turbo could not be started.
    case outOfMemory
  }

  /// What is wrong, for programs.
  public let kind: Kind
  /// The file, where known.
  public var file: String?
  /// What is wrong and what to do, without the file's name.
  public let reason: String

  /// An error that `description` words as `file: reason`.
  public init(_ kind: Kind, _ reason: String, file: String? = nil) {
    self.kind = kind
    self.reason = reason
    self.file = file
  }

  /// The error of a file that could not be read or written.
  package init(_ error: FileError) {
    let kind: Kind =
      switch error.kind {
      case .system, .notARegularFile, .invalidName: .unreadable
      case .tooLarge: .tooLarge
      }
    self.init(kind, error.reason, file: error.path)
  }

  /// The file, where known, and the reason.
  public var description: String {
    guard let file else { return reason }
    return "\(file): \(reason)"
  }

  /// The same error, naming `file`.
  public func naming(file: String) -> ImageError {
    var copy = self
    copy.file = copy.file ?? file
    return copy
  }
}
