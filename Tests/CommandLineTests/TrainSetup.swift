import Foundation
import PneumoImaging
import PneumoTestSupport

/// A folder with images that are learned in moments, bright ones and dark ones, and a small network.
struct TrainSetup {
  let tool = Tool(name: "pneumo-train")
  let folder: TemporaryFolder

  static let network = """
    {"input": [12, 12, 1], "layers": [
      {"type": "convolution", "filters": 8, "kernel": 3, "bias": false},
      {"type": "batch_normalization", "momentum": 0.8},
      {"type": "activation", "function": "relu"},
      {"type": "global_pooling", "kind": "average"},
      {"name": "last", "type": "dense", "units": 1, "activation": "sigmoid"}
    ]}
    """

  /// 20 images of each class in `data`.
  init() throws {
    folder = try TemporaryFolder()
    try write(count: 40, seed: 9, to: "data")
    try folder.write(Array(Self.network.utf8), to: "net.json")
  }

  /// Writes images of both classes, other ones for another seed.
  func write(count: Int, seed: UInt64, to name: String) throws {
    var random = SeededGenerator(seed: seed)
    for index in 0..<count {
      let level = index % 2 == 0 ? 60 : 160
      let pixels = (0..<144).map { _ in UInt8(level + Int.random(in: -40...40, using: &random)) }
      let image = PixelImage(width: 12, height: 12, channels: 1, pixels: pixels)
      let label = index % 2 == 0 ? "dark" : "light"
      try folder.write(try image.jpegBytes(quality: 95), to: "\(name)/\(label)/\(index).jpeg")
    }
  }

  /// Trains on `data`.
  func train(_ arguments: String...) throws -> Tool.Result { try train(arguments) }

  /// Trains on `data`.
  func train(_ arguments: [String]) throws -> Tool.Result {
    try tool.run(
      ["data", "--network", "net.json", "--lr", "0.02", "--threads", "2"] + arguments, in: folder)
  }

  /// Names in a folder, hidden ones too.
  func names(_ path: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder.path(path)).sorted()
  }

  /// A file as text.
  func text(_ path: String) throws -> String {
    String(decoding: try folder.read(path), as: UTF8.self)
  }

  /// All bytes of a checkpoint after its JSON, in which times differ between runs.
  func tensors(_ path: String) throws -> Data {
    let bytes = try folder.read(path)
    let length = bytes[..<8].reversed().reduce(0) { $0 << 8 | Int($1) }
    return bytes[(8 + length)...]
  }

  /// The history without times.
  func epochs(_ path: String) throws -> [[Substring]] {
    try text("\(path)/history.csv").split(separator: "\n").map { line in
      let fields = line.split(separator: ",", omittingEmptySubsequences: false)
      return Array(fields[..<1] + fields[2..<12])
    }
  }
}
