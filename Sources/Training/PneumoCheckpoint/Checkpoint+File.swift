import PneumoModel
import PneumoSupport

// A checkpoint is a safetensors file: weights and state as tensors, all else as metadata.

extension Checkpoint {
  private static let format = "pneumo.checkpoint"
  /// Version 2 has the bias of the calibration, version 3 the hashes of images. What has none of them
  /// is written as version 2.
  private static let version = 3
  private static let (trainingName, validationName) = ("images/training", "images/validation")
  private static let statePrefix = "state/"
  private static let notePrefix = "note."

  /// Whether a safetensors file is a checkpoint.
  package static func isCheckpoint(_ file: SafetensorsFile) -> Bool {
    file.metadata["format"] == format
  }

  /// Reads the checkpoint at `path`.
  package init(contentsOf path: String) throws(CheckpointError) {
    do throws(CheckpointError) {
      try self.init(SafetensorsFile(contentsOf: path))
    } catch {
      throw error.naming(file: path)
    }
  }

  /// Reads a checkpoint from its file.
  package init(_ file: SafetensorsFile) throws(CheckpointError) {
    guard Self.isCheckpoint(file) else {
      throw CheckpointError(
        .notACheckpoint,
        "is a safetensors file, but not a checkpoint of pneumo-train: its metadata has no format "
          + "'\(Self.format)', and without an architecture its tensors make no network")
    }
    guard let version = file.metadata["version"].flatMap({ Int($0) }), version <= Self.version
    else {
      throw CheckpointError(
        .unknownVersion,
        "is a checkpoint of version \(file.metadata["version"] ?? "?"); this program reads up to "
          + "\(Self.version): take a newer one")
    }
    func value(_ name: String) throws(CheckpointError) -> JSON {
      guard let text = file.metadata[name] else {
        throw CheckpointError(.invalidMetadata, "its metadata lack '\(name)'")
      }
      do throws(JSONError) {
        return try JSON(parsing: Array(text.utf8))
      } catch {
        throw CheckpointError(.invalidMetadata, "its \(name) is \(error.description)")
      }
    }
    func number(_ name: String) throws(CheckpointError) -> Float {
      guard let number = try value(name).double else {
        throw CheckpointError(.invalidMetadata, "its \(name) is not a number")
      }
      return Float(number)
    }
    architecture = try Architecture(json: try value("architecture"))
    func record<Record>(
      _ name: String, _ read: (JSON) throws(JSONError) -> Record
    ) throws(CheckpointError) -> Record {
      let json = try value(name)
      do throws(JSONError) {
        return try read(json)
      } catch {
        throw CheckpointError(.invalidMetadata, error.description)
      }
    }
    preprocessing = try record("preprocessing") { json throws(JSONError) in
      try Preprocessing(json: json)
    }
    let labels = try value("labels").array ?? [.null]
    guard labels.allSatisfy({ $0.string != nil }) else {
      throw CheckpointError(.invalidMetadata, "its labels are not an array of strings")
    }
    self.labels = labels.compactMap(\.string)
    threshold = try number("threshold")
    temperature = try number("temperature")
    guard temperature > 0, temperature.isFinite else {
      throw CheckpointError(
        .invalidMetadata, "its temperature is \(temperature), expected a number above 0")
    }
    bias = []
    if version >= 2 {
      let numbers = try value("bias").array?.map(\.double) ?? [nil]
      guard numbers.allSatisfy({ $0.map { Float($0).isFinite } ?? false }) else {
        throw CheckpointError(.invalidMetadata, "its bias is not a list of numbers")
      }
      bias = numbers.map { Float($0 ?? 0) }
    }
    card = try record("card") { json throws(JSONError) in try ModelCard(json: json) }
    func hashes(_ name: String) throws(CheckpointError) -> [UInt64] {
      guard let tensor = file.tensors.first(where: { $0.name == name }) else { return [] }
      guard let hashes = tensor.words, hashes.count <= Limits.images else {
        throw CheckpointError(
          .wrongTensor,
          "the tensor '\(name)' is \(tensor.type.rawValue) of shape \(tensor.shape), expected a list "
            + "of U64, at most \(Limits.images)")
      }
      return hashes
    }
    if version >= 3 {
      images = TrainingImages(
        training: try hashes(Self.trainingName), validation: try hashes(Self.validationName))
    } else {
      images = TrainingImages()
    }
    let others = [Self.trainingName, Self.validationName]
    weights = file.tensors.filter {
      !$0.name.hasPrefix(Self.statePrefix) && !(version >= 3 && others.contains($0.name))
    }
    state = file.tensors.filter { $0.name.hasPrefix(Self.statePrefix) }.map {
      SafetensorsTensor(
        name: String($0.name.dropFirst(Self.statePrefix.count)), type: $0.type, shape: $0.shape,
        bytes: $0.bytes)
    }
    notes = [:]
    for (name, text) in file.metadata where name.hasPrefix(Self.notePrefix) {
      notes[String(name.dropFirst(Self.notePrefix.count))] = text
    }
  }

  /// The file of this checkpoint.
  package var file: SafetensorsFile {
    var metadata = [
      "format": Self.format, "version": images.isEmpty ? "2" : "3",
      "architecture": architecture.json.text,
      "preprocessing": preprocessing.json.text,
      "labels": JSON.array(labels.map { .string($0) }).text,
      "threshold": JSON.float(threshold).text, "temperature": JSON.float(temperature).text,
      "bias": JSON.array(bias.map { .float($0) }).text,
      "card": card.json.text,
    ]
    for (name, text) in notes { metadata[Self.notePrefix + name] = text }
    let hashes = [(Self.trainingName, images.training), (Self.validationName, images.validation)]
    return SafetensorsFile(
      tensors: weights
        + hashes.filter { !$0.1.isEmpty }.map { SafetensorsTensor(name: $0, values: $1) }
        + state.map {
          SafetensorsTensor(
            name: Self.statePrefix + $0.name, type: $0.type, shape: $0.shape, bytes: $0.bytes)
        },
      metadata: metadata)
  }

  /// Writes the checkpoint so that it appears whole or not at all.
  package func write(to path: String) throws(CheckpointError) {
    try file.write(to: path)
  }
}
