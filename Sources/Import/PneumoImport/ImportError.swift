import PneumoCheckpoint
import PneumoModel
import PneumoSupport
import PneumoSystem

/// Why a foreign model could not be read.
///
/// `description` names the file and the layer, where known, what was expected, what was found and
/// what to do. It is one sentence, followed by one line for each unsupported layer.
package struct ImportError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The classes of errors; each has a test.
  package enum Kind: String, Hashable, Sendable, CaseIterable {
    case unreadable
    /// A safetensors file that is no checkpoint, or one that does not fit its architecture.
    case invalidCheckpoint
    /// Not a format that is read here; the reason says what it looks like.
    case unknownFormat
    /// A container that libhdf5 cannot make sense of: truncated or damaged.
    case damagedFile
    /// HDF5, but no Keras model and no Keras weights.
    case notKeras
    /// The file refers to data elsewhere, or stores it in a way that is not accepted.
    case unsupportedStorage
    case limitExceeded
    case invalidJSON
    /// JSON, but not what a Keras model's configuration looks like.
    case invalidConfiguration
    case unsupportedLayers
    /// Weights without an architecture, and no network was named.
    case networkNeeded
    /// The file does not hold the weights of the named network, or brings a network of its own.
    case networkMismatch
    case missingWeight
    case wrongShape
    case nonFiniteWeights
    /// The parts do not make a graph or a model.
    case invalidGraph
    /// Nothing says what is needed to make a model of the network.
    case missingSetting
    /// A file of settings says something that is not understood.
    case invalidSetting
  }

  /// A layer that cannot be expressed.
  package struct Layer: Hashable, Sendable, CustomStringConvertible {
    /// As in the file, after the names of the models around it.
    package let name: String
    /// Keras' name of its class.
    package let className: String
    /// What is not supported, and what would be.
    package let reason: String

    /// One line for people.
    package var description: String { "layer '\(name)' (\(className)): \(reason)" }
  }

  /// What class of error it is.
  package let kind: Kind
  /// The path of the file, where it is known.
  package var file: String?
  /// What was expected, what was found and what to do.
  package let reason: String
  /// All layers that are not supported, with ``Kind/unsupportedLayers``.
  package let layers: [Layer]

  init(_ kind: Kind, _ reason: String, layers: [Layer] = []) {
    self.kind = kind
    self.reason = reason
    self.layers = layers
  }

  init(_ error: FileError) {
    self.init(.unreadable, error.reason)
    file = error.path
  }

  init(_ error: CheckpointError) {
    self.init(error.kind == .unreadable ? .unreadable : .invalidCheckpoint, error.reason)
    file = error.file
  }

  init(_ error: ModelError) { self.init(.invalidGraph, error.description) }

  /// The error that lists `layers`.
  static func unsupported(_ layers: [Layer]) -> ImportError {
    let (count, verb) = layers.count == 1 ? ("1 layer", "is") : ("\(layers.count) layers", "are")
    return ImportError(
      .unsupportedLayers,
      "\(count) \(verb) not supported; supported classes are "
        + KerasLayer.supportedClasses.joined(separator: ", ") + ":", layers: layers)
  }

  /// The file, the reason and the layers.
  package var description: String {
    (file.map { "\($0): " } ?? "") + reason + layers.map { "\n  \($0)" }.joined()
  }

  /// The same error, asking `question` where what was found in the file surprises.
  func adding(_ question: String) -> ImportError {
    guard [.networkMismatch, .missingWeight, .wrongShape].contains(kind) else { return self }
    var copy = ImportError(kind, reason + question, layers: layers)
    copy.file = file
    return copy
  }

  /// The same error, naming `file`.
  package func naming(file: String) -> ImportError {
    var copy = self
    copy.file = copy.file ?? file
    return copy
  }
}

extension JSON {
  /// The value that `bytes` are the text of; what is wrong with them as an error of an import.
  init(importing bytes: [UInt8]) throws(ImportError) {
    do throws(JSONError) {
      self = try JSON(parsing: bytes)
    } catch {
      throw ImportError(.invalidJSON, error.description)
    }
  }
}
