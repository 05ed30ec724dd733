import PneumoSystem

/// Why a model is not one, or its file not readable.
///
/// `description` is one English sentence that names the file and the layer, where known, what was
/// expected, what was found and what to do.
public struct ModelError: Error, Hashable, Sendable, CustomStringConvertible {
  /// What is wrong, for programs.
  public enum Kind: String, Hashable, Sendable, CaseIterable {
    // The file as a whole.
    /// The system refused to read or write it, or it is no regular file.
    case unreadable
    case empty
    case netpbm
    case notAModel
    case unsupportedVersion
    case truncated
    case trailingBytes
    case checksumMismatch
    // Its sections.
    case unknownSection
    case missingSection
    case sectionOutOfBounds
    case sectionOverlap
    case hole
    case misaligned
    // Values inside a section.
    case limitExceeded
    case unknownOperator
    case unknownValue
    case invalidText
    // The graph.
    case emptyGraph
    case cyclicGraph
    case unusedLayer
    case wrongInputCount
    case duplicateName
    case invalidParameter
    case shapeMismatch
    case nonFiniteWeights
    // What surrounds it.
    case invalidPreprocessing
    case invalidLabels
    case invalidThreshold
  }

  /// What is wrong, for programs.
  public let kind: Kind
  /// The file, where known.
  public var file: String?
  /// Offset in the file, in bytes.
  public var offset: Int?
  /// The name of the layer, where known.
  public var layer: String?
  /// What was expected and found, without the places above.
  public let reason: String

  /// An error that `description` words with all places that are known.
  public init(
    _ kind: Kind, _ reason: String, file: String? = nil, offset: Int? = nil, layer: String? = nil
  ) {
    self.kind = kind
    self.reason = reason
    self.file = file
    self.offset = offset
    self.layer = layer
  }

  /// An error that `description` words with all places that are known.
  package init(_ error: FileError) {
    self.init(
      error.kind == .tooLarge ? .limitExceeded : .unreadable, error.reason, file: error.path)
  }

  /// File, layer, reason and offset, as far as known.
  public var description: String {
    var text = ""
    if let file { text += "\(file): " }
    if let layer { text += "layer '\(layer)': " }
    text += reason
    if let advice = kind.advice { text += "; \(advice)" }
    if let offset { text += " (at byte \(offset))" }
    return text
  }

  /// The same error, naming `file`.
  public func naming(file: String?) -> ModelError {
    var copy = self
    copy.file = copy.file ?? file
    return copy
  }

  /// The same error, naming a place in the file.
  func at(offset: Int) -> ModelError {
    var copy = self
    copy.offset = copy.offset ?? offset
    return copy
  }

  /// The same error, naming `layer`.
  public func naming(layer: String) -> ModelError {
    var copy = self
    copy.layer = copy.layer ?? layer
    return copy
  }
}

extension ModelError.Kind {
  /// What to do about an error that is a matter of the file, not of the model.
  fileprivate var advice: String? {
    switch self {
    case .truncated, .trailingBytes, .checksumMismatch: "copy or download the file again"
    case .unknownSection, .missingSection, .sectionOutOfBounds, .sectionOverlap, .hole,
      .misaligned, .unknownOperator, .unknownValue:
      "the file breaks the rules of its format, make it again with pneumo-convert"
    default: nil
    }
  }
}
