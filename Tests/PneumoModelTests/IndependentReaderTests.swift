import Foundation
import PneumoModel
import PneumoTestSupport
import Testing

/// Checks that `Tools/read-pnm.py`, written from `Models/FORMAT.md`, accepts and rejects the same
/// files as our reader.
@Suite(.enabled(if: IndependentReader.isAvailable, "needs python3"))
struct IndependentReaderTests {

  @Test(arguments: FileRoundTripTests.names, ScalarType.allCases)
  func readsTheSame(name: String, type: ScalarType) throws {
    let model = try #require(FileRoundTripTests.models[name]).converting(weights: type)
    let result = try IndependentReader.run(on: [model.encoded()])
    try #require(result.status == 0, "\(result.errors)")
    let found = try #require(
      JSONSerialization.jsonObject(with: result.output) as? [String: NSObject])
    // Through JSON as well, since Foundation compares its own values only.
    let ours = try JSONSerialization.data(withJSONObject: json(of: model))
    let expected = try #require(JSONSerialization.jsonObject(with: ours) as? [String: NSObject])
    #expect(Set(found.keys) == Set(expected.keys))
    for (key, value) in expected { #expect(found[key] == value, "\(key)") }
  }

  @Test func rejectsTheSame() throws {
    let result = try IndependentReader.run(on: HostileFile.all.map(\.bytes))
    #expect(result.status == 1)
    #expect(result.output.isEmpty)
    // One reason per file, and no traceback.
    let reasons = result.errors.split(separator: "\n")
    #expect(reasons.count == HostileFile.all.count)
    for (index, reason) in reasons.enumerated() {
      #expect(reason.contains("/\(index).pnm: "), "\(HostileFile.all[index].name): \(reason)")
    }
  }

  // MARK: Our model in the script's JSON

  private func json(of model: Model) throws -> [String: Any] {
    let (record, card) = (model.preprocessing, model.card)
    let filters = [
      "nearest", "box", "bilinear", "hamming", "bicubic", "lanczos", "tensorflow-bilinear",
    ]
    return [
      "shapes": model.graph.shapes.map(\.dimensions),
      "layers": model.graph.nodes.map(json),
      "labels": model.labels,
      "threshold": Double(model.threshold),
      "preprocessing": [
        "colors": record.colorMode.description,
        "filter": filters[Int(record.filter.rawValue)],
        "layout": record.layout.description, "orientation": record.appliesOrientation,
        "size": json(record.size), "scale": record.scale.map(Double.init),
        "mean": record.mean.map(Double.init),
        "deviation": record.standardDeviation.map(Double.init),
      ],
      "card": [
        "name": card.name, "description": card.description, "source": card.source,
        "data": card.data, "license": card.license, "creator": card.creator, "date": card.date,
        "limitations": card.limitations, "metrics": card.metrics.map { [$0.name, $0.value] },
      ],
    ]
  }

  private func json(of node: Graph.Node) -> [String: Any] {
    var result: [String: Any] = ["name": node.name, "inputs": node.inputs]
    func set(_ operator: String, _ fields: [String: Any]) {
      result["operator"] = `operator`
      result.merge(fields) { _, new in new }
    }
    switch node.operation {
    case .convolution(let layer):
      set(
        "convolution",
        [
          "stride": json(layer.stride), "padding": json(layer.padding),
          "dilation": json(layer.dilation), "groups": layer.groups,
          "activation": json(layer.activation), "kernel": json(layer.kernel),
          "bias": json(layer.bias),
        ])
    case .dense(let layer):
      set(
        "dense",
        [
          "activation": json(layer.activation), "kernel": json(layer.kernel),
          "bias": json(layer.bias),
        ])
    case .pooling(let layer):
      set(
        "pooling",
        [
          "kind": json(layer.kind), "window": json(layer.window), "stride": json(layer.stride),
          "padding": json(layer.padding), "counts_padding": layer.countsPadding,
        ])
    case .globalPooling(let layer): set("global_pooling", ["kind": json(layer.kind)])
    case .batchNormalization(let layer):
      set(
        "normalization",
        [
          "epsilon": Double(layer.epsilon), "gamma": json(layer.gamma), "beta": json(layer.beta),
          "mean": json(layer.mean), "variance": json(layer.variance),
        ])
    case .activation(let activation): set("activation", ["activation": json(activation)])
    case .add: set("add", [:])
    case .concatenate: set("concatenate", [:])
    case .flatten(let layer):
      set("flatten", ["order": layer.order == .heightWidthChannels ? "hwc" : "chw"])
    case .zeroPadding(let layer): set("zero_padding", ["insets": json(layer.insets)])
    case .dropout(let layer): set("dropout", ["rate": Double(layer.rate)])
    case .multiply: set("multiply", [:])
    }
    return result
  }

  private func json(_ extent: Extent) -> [Int] { [extent.height, extent.width] }

  private func json(_ insets: Insets) -> [Int] {
    [insets.top, insets.bottom, insets.left, insets.right]
  }

  private func json(_ padding: Padding) -> Any {
    switch padding {
    case .valid: "valid"
    case .same: "same"
    case .explicit(let insets): json(insets)
    }
  }

  private func json(_ activation: Activation?) -> Any { activation?.description ?? NSNull() }

  private func json(_ kind: PoolingKind) -> String { kind == .max ? "max" : "average" }

  private func json(_ tensor: WeightTensor?) -> Any {
    guard let tensor else { return NSNull() }
    // Sums of a few floats of similar magnitude are exact in double precision, in any order.
    return [
      "type": tensor.scalarType.name, "shape": tensor.shape,
      "crc": tensor.withUnsafeBytes { Int(ModelFileParts.crc32($0)) },
      "sum": tensor.values().reduce(0) { $0 + Double($1) },
    ] as [String: Any]
  }
}

/// Runs `Tools/read-pnm.py`.
private enum IndependentReader {
  static let isAvailable = (try? launch(["-c", ""]))?.status == 0

  /// Runs the script on `files`, which are named `0.pnm`, `1.pnm`, …
  static func run(on files: [[UInt8]]) throws -> (status: Int32, output: Data, errors: String) {
    let folder = try TemporaryFolder()
    let paths = files.indices.map { folder.path("\($0).pnm") }
    for (file, path) in zip(files, paths) { try Data(file).write(to: URL(filePath: path)) }
    return try launch(["\(SharedFolder.packageRoot)/Tools/read-pnm.py"] + paths)
  }

  private static func launch(
    _ arguments: [String]
  ) throws -> (status: Int32, output: Data, errors: String) {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = ["python3"] + arguments
    let folder = try TemporaryFolder()
    // Files rather than pipes, which would have to be drained while the process runs.
    let (output, errors) = (folder.path("output"), folder.path("errors"))
    for path in [output, errors] { try Data().write(to: URL(filePath: path)) }
    process.standardOutput = FileHandle(forWritingAtPath: output)
    process.standardError = FileHandle(forWritingAtPath: errors)
    try process.run()
    process.waitUntilExit()
    return (
      process.terminationStatus, try Data(contentsOf: URL(filePath: output)),
      try String(contentsOfFile: errors, encoding: .utf8)
    )
  }
}
