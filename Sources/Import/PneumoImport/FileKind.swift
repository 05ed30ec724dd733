import PneumoCheckpoint

/// What a file is by its first bytes; its name says nothing certain.
enum FileKind: Hashable, Sendable {
  case hdf5
  /// A safetensors file, which may be a checkpoint of `pneumo-train`.
  case safetensors
  /// Something else; `name` is what an error calls it, `advice` what to do.
  case other(name: String, advice: String)

  init(_ bytes: UnsafeRawBufferPointer) {
    if Self.isHDF5(bytes) {
      self = .hdf5
    } else if SafetensorsFile.isSafetensors(bytes) {
      self = .safetensors
    } else {
      self = Self.other(bytes)
    }
  }

  private static let saveAgain =
    "save it from Keras with model.save('model.h5') or model.save_weights('model.weights.h5')"

  /// The signature stands at byte 0, or at 512, 1024, 2048, … behind a user block (HDF5 File
  /// Format Specification 3.0, II.A).
  private static func isHDF5(_ bytes: UnsafeRawBufferPointer) -> Bool {
    let signature: [UInt8] = [0x89, 0x48, 0x44, 0x46, 0x0D, 0x0A, 0x1A, 0x0A]
    var offset = 0
    while offset <= bytes.count - signature.count {
      if bytes[offset...].starts(with: signature) { return true }
      offset = offset == 0 ? 512 : offset * 2
    }
    return false
  }

  private static func other(_ bytes: UnsafeRawBufferPointer) -> FileKind {
    func starts(_ text: String, at offset: Int = 0) -> Bool {
      bytes.dropFirst(offset).starts(with: text.utf8)
    }
    if bytes.isEmpty { return .other(name: "an empty file", advice: "copy it again") }
    if bytes.starts(with: [0x89, 0x50, 0x4E, 0x45]) {
      return .other(
        name: "a .pnm model", advice: "it is converted already; print it with --inspect")
    }
    if starts("PK\u{3}\u{4}") {
      return .other(
        name: "a zip container such as a .keras or PyTorch file",
        advice: "if it is .keras, "
          + "load it in Keras and " + saveAgain)
    }
    if bytes.starts(with: [0xFF, 0xD8, 0xFF]) || bytes.starts(with: [0x89, 0x50, 0x4E, 0x47]) {
      return .other(name: "an image", advice: "give the model's file instead")
    }
    if bytes.count > 2, starts("P"), (UInt8(ascii: "1")...UInt8(ascii: "7")) ~= bytes[1],
      [0x0A, 0x0D, 0x20, 0x09].contains(bytes[2])
    {
      return .other(name: "a Netpbm image", advice: "give the model's file instead")
    }
    if isTable(bytes) {
      return .other(
        name: "a TensorFlow checkpoint's index", advice: "load it in Keras and " + saveAgain)
    }
    if starts("TFL3", at: 4) {
      return .other(
        name: "a TensorFlow Lite model",
        advice: "go back to the Keras model and "
          + saveAgain)
    }
    // Field 1 of ModelProto, ir_version, as a varint of one byte; then the name of the producer.
    if bytes.count > 2, bytes[0] == 0x08, bytes[1] < 0x20, [0x12, 0x3A].contains(bytes[2]) {
      return .other(name: "an ONNX model", advice: "go back to the Keras model and " + saveAgain)
    }
    return .other(name: "nothing that is known here", advice: saveAgain)
  }

  /// Whether the file ends like a LevelDB table, which a checkpoint's index is.
  private static func isTable(_ bytes: UnsafeRawBufferPointer) -> Bool {
    bytes.suffix(8).elementsEqual([0x57, 0xFB, 0x80, 0x8B, 0x24, 0x75, 0x47, 0xDB])
  }
}
