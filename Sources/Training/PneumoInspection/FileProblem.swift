import PneumoDataset
import PneumoImaging
import PneumoSupport
import PneumoSystem

/// A file, or a folder, that a trainer could not use, or would pass over without a word.
package struct FileProblem: Error, Hashable, Sendable, CustomStringConvertible {
  /// What is wrong, for programs.
  package enum Kind: String, Hashable, Sendable, CaseIterable {
    /// The system refused, or it is no regular file.
    case unreadable
    /// No bytes at all.
    case empty
    /// Another format, or none.
    case notJPEG = "not_jpeg"
    /// A JPEG that lacks its end.
    case truncated
    /// A JPEG with its end, and damaged.
    case damaged
    /// A JPEG of a kind that is not decoded.
    case unsupported
    /// Beyond ``DecodeLimits``.
    case tooLarge = "too_large"
    /// A JPEG whose name does not end in `.jpeg` or `.jpg`.
    case wrongSuffix = "wrong_suffix"
    /// An image outside the folders of classes.
    case misplaced
    /// A folder of a class, or of a split, without images.
    case emptyFolder = "empty_folder"
    /// A name that is not UTF-8.
    case invalidName = "invalid_name"

    /// The kind in words.
    package var words: String {
      switch self {
      case .notJPEG: "not a JPEG"
      case .tooLarge: "too large"
      case .wrongSuffix: "wrong suffix"
      case .emptyFolder: "empty folder"
      case .invalidName: "name not UTF-8"
      case .unreadable, .empty, .truncated, .damaged, .unsupported, .misplaced: rawValue
      }
    }
  }

  /// What is wrong, for programs.
  package let kind: Kind
  /// The file or folder.
  package let path: String
  /// What is wrong and what to do, without the path.
  package let reason: String

  /// The path and the reason.
  package var description: String { "\(path): \(reason)" }

  init(_ kind: Kind, _ path: String, _ reason: String) {
    self.kind = kind
    self.path = path
    self.reason = reason
  }

  /// An image that cannot be decoded.
  ///
  /// - Parameter bytes: of its file, as far as they could be read.
  init(_ error: ImageError, _ path: String, bytes: [UInt8] = []) {
    let kind: Kind =
      switch error.kind {
      case .unreadable, .outOfMemory, .cannotEncode: .unreadable
      case .tooLarge: .tooLarge
      case .empty: .empty
      case .notAJPEG: .notJPEG
      case .unsupported: .unsupported
      case .corrupt: bytes.endsAsJPEG ? .damaged : .truncated
      }
    self.init(kind, path, error.reason)
  }

  /// A folder that cannot be listed, or an entry that cannot be opened.
  init(_ error: FileError) {
    self.init(error.kind == .invalidName ? .invalidName : .unreadable, error.path, error.reason)
  }

  /// `file`, `kind` and `reason`.
  package var json: JSON {
    .object([
      "file": .string(path), "kind": .string(kind.rawValue), "reason": .string(reason),
    ])
  }
}

extension [UInt8] {
  /// Whether the marker of the end, EOI, stands at the end, but for zeros that fill a block.
  fileprivate var endsAsJPEG: Bool {
    var end = self[...]
    while end.last == 0 { end.removeLast() }
    return end.suffix(2).elementsEqual([0xFF, 0xD9])
  }
}
