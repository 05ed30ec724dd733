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
    if starts("PK\u{3}\u{4}") { return zip(bytes) }
    // A pickle of protocol 2 or later, before PyTorch 1.6.
    if bytes.count > 2, bytes[0] == 0x80, (2...5).contains(bytes[1]) { return pyTorch }
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
        name: "a TensorFlow checkpoint's index",
        advice: "build the Keras model, load the checkpoint with model.load_weights and "
          + saveAgain)
    }
    if starts("TFL3", at: 4) {
      return .other(
        name: "a TensorFlow Lite model, which is not imported",
        advice: "go back to the Keras model that it was made from, if there is one, and "
          + saveAgain)
    }
    // Field 1 of ModelProto, ir_version, as a varint of one byte; then the name of the producer.
    if bytes.count > 2, bytes[0] == 0x08, bytes[1] < 0x20, [0x12, 0x3A].contains(bytes[2]) {
      return .other(
        name: "an ONNX model, which is not imported",
        advice: "if it was made from a Keras model, \(saveAgain); there is no way yet from PyTorch")
    }
    if bytes.starts(with: Array("GGUF".utf8)) {
      return .other(
        name: "a GGUF file, which holds a language model", advice: "give an image classifier's file"
      )
    }
    if isJSONObject(bytes) {
      return .other(
        name: "JSON, perhaps an architecture without weights",
        advice: "save architecture and weights together with model.save('model.h5')")
    }
    return .other(name: "none of the kinds of files that are known here", advice: saveAgain)
  }

  /// Whether the first character that is not white space opens an object.
  private static func isJSONObject(_ bytes: UnsafeRawBufferPointer) -> Bool {
    bytes.prefix(1 << 10).first { ![0x20, 0x09, 0x0A, 0x0D].contains($0) } == UInt8(ascii: "{")
  }

  private static let pyTorch = FileKind.other(
    name: "a PyTorch file, which is not imported: its architecture is a Python program",
    advice: "build the same network in Keras, copy the weights and "
      + "save it with model.save('model.h5'), or train it with pneumo-train")

  /// Told by the names of the members, which stand at the end of the file once more.
  private static func zip(_ bytes: UnsafeRawBufferPointer) -> FileKind {
    let directory = String(decoding: bytes.suffix(1 << 16), as: UTF8.self)
    if directory.contains("model.weights.h5") {
      return .other(
        name: "a .keras file, which is not read",
        advice: "write HDF5 with python3 -c \"import keras; "
          + "keras.saving.load_model('model.keras').save('model.h5')\" and convert that")
    }
    if directory.contains("data.pkl") { return pyTorch }
    return .other(
      name: "a zip archive, but neither of Keras nor of PyTorch",
      advice: "unpack it and give the model's file")
  }

  /// Whether the file ends like a LevelDB table, which a checkpoint's index is.
  private static func isTable(_ bytes: UnsafeRawBufferPointer) -> Bool {
    bytes.suffix(8).elementsEqual([0x57, 0xFB, 0x80, 0x8B, 0x24, 0x75, 0x47, 0xDB])
  }
}
