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
        "is a safetensors file, but no checkpoint of pneumo-train: its metadata have no format "
          + "'\(Self.format)'")
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
        throw CheckpointError(.invalidMetadata, "its \(name) is no number")
      }
      return Float(number)
    }
    architecture = try Architecture(json: try value("architecture"))
    preprocessing = try Preprocessing(json: try value("preprocessing"))
    let names = try value("labels").array?.map(\.string) ?? [nil]
    labels = names.compactMap(\.self)
    guard labels.count == names.count else {
      throw CheckpointError(.invalidMetadata, "its labels are no list of strings")
    }
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
        throw CheckpointError(.invalidMetadata, "its bias is no list of numbers")
      }
      bias = numbers.map { Float($0 ?? 0) }
    }
    card = try ModelCard(json: try value("card"))
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

extension Preprocessing {
  fileprivate init(json: JSON) throws(CheckpointError) {
    do throws(CheckpointError) {
      var reader = try MemberReader(json, "preprocessing")
      let size = try reader.required(try reader.ints("size"), "size")
      guard size.count == 2 else {
        throw CheckpointError(.invalidMetadata, "preprocessing: 'size' needs rows and columns")
      }
      self.init(
        colorMode: try reader.required(
          try reader.choice("color_mode", ColorMode.allCases.map { ($0.description, $0) }),
          "color_mode"),
        size: Extent(height: size[0], width: size[1]),
        filter: try reader.required(
          try reader.choice("filter", Filter.allCases.map { ($0.description, $0) }), "filter"),
        scale: try reader.required(try reader.floats("scale"), "scale"),
        mean: try reader.required(try reader.floats("mean"), "mean"),
        standardDeviation: try reader.required(try reader.floats("std"), "std"),
        appliesOrientation: try reader.bool("exif_orientation") ?? false)
      try reader.finish()
    } catch {
      throw CheckpointError(.invalidMetadata, error.reason)
    }
  }

  /// An object that reads back as this record.
  package var json: JSON {
    .object([
      "color_mode": .string(colorMode.description),
      "size": .array([.int(size.height), .int(size.width)]),
      "filter": .string(filter.description),
      "scale": .array(scale.map { .float($0) }), "mean": .array(mean.map { .float($0) }),
      "std": .array(standardDeviation.map { .float($0) }),
      "exif_orientation": .bool(appliesOrientation),
    ])
  }
}

extension ModelCard {
  fileprivate init(json: JSON) throws(CheckpointError) {
    do throws(CheckpointError) {
      var reader = try MemberReader(json, "card")
      self.init()
      name = try reader.string("name") ?? ""
      description = try reader.string("description") ?? ""
      source = try reader.string("source") ?? ""
      data = try reader.string("data") ?? ""
      licence = try reader.string("licence") ?? ""
      creator = try reader.string("creator") ?? ""
      date = try reader.string("date") ?? ""
      limitations = try reader.string("limitations") ?? ""
      for metric in try reader.value("metrics")?.array ?? [] {
        guard let name = metric["name"]?.string, let value = metric["value"]?.double else {
          throw CheckpointError(.invalidMetadata, "card: a metric needs a name and a value")
        }
        metrics.append(Metric(name: name, value: value))
      }
      try reader.finish()
    } catch {
      throw CheckpointError(.invalidMetadata, error.reason)
    }
  }

  fileprivate var json: JSON {
    .object([
      "name": .string(name), "description": .string(description), "source": .string(source),
      "data": .string(data),
      "metrics": .array(
        metrics.map { .object(["name": .string($0.name), "value": .double($0.value)]) }),
      "licence": .string(licence), "creator": .string(creator), "date": .string(date),
      "limitations": .string(limitations),
    ])
  }
}
