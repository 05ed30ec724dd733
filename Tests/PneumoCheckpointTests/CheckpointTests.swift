import PneumoModel
import PneumoSupport
import PneumoTestSupport
import Testing

@testable import PneumoCheckpoint

private let architectureText = """
  {"input": [12, 10, 3], "layers": [
    {"name": "a", "type": "convolution", "filters": 4, "kernel": [3, 2], "stride": 2,
     "padding": "same", "bias": false, "activation": "relu", "l2": 0.01},
    {"name": "n", "type": "batch_normalization"},
    {"type": "depthwise", "kernel": 3, "padding": [1, 1, 1, 1]},
    {"name": "sum", "type": "add", "inputs": ["n", "depthwise3"]},
    {"name": "square", "type": "multiply", "inputs": ["sum", "sum"]},
    {"type": "pooling", "kind": "max", "window": 2},
    {"type": "dropout", "rate": 0.25},
    {"type": "global_pooling", "kind": "average"},
    {"name": "last", "type": "dense", "units": 3, "activation": "softmax"}
  ]}
  """

private func sample() throws -> Checkpoint {
  let architecture = try Architecture(json: JSON(parsing: Array(architectureText.utf8)))
  var number: Float = 0
  let weights = architecture.weightShapes.map { layer, weight, shape in
    SafetensorsTensor(
      name: "\(layer)/\(weight)", shape: shape,
      values: (0..<shape.reduce(1, *)).map { _ in
        number += 1
        return number / 64
      })
  }
  return Checkpoint(
    architecture: architecture, weights: weights,
    preprocessing: .kerasStudy(size: Extent(height: 12, width: 10)), labels: ["x", "y", "z"],
    threshold: 0.25, temperature: 2, bias: [0, -1, 0.5],
    card: ModelCard(name: "é \"quoted\"", metrics: [.init(name: "m", value: 0.1)]),
    state: [SafetensorsTensor(name: "optimizer/m/a/kernel", shape: [2], values: [1, -0])],
    notes: ["progress": "{}"])
}

@Suite struct CheckpointTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test func architecturesReadBack() throws {
    let architecture = try sample().architecture
    #expect(architecture.nodes.count == 9)
    #expect(architecture.penalties == ["a": 0.01])
    #expect(architecture.nodes[4].operation == .multiply)
    for architecture in try [
      architecture, .study(1), .study(4), .pneumo(size: 96, classes: 3),
    ] {
      let text = architecture.json.text
      #expect(try Architecture(json: JSON(parsing: Array(text.utf8))) == architecture)
    }
  }

  @Test func studyNetworksHaveTheirParameters() throws {
    for (number, count) in [(1, 3_485_505), (2, 3_485_505), (3, 3_485_505), (4, 9_711_425)] {
      let shapes = try Architecture.study(number).weightShapes
      #expect(shapes.reduce(0) { $0 + $1.shape.reduce(1, *) } == count)
    }
    let own = try Architecture.pneumo(size: 128).weightShapes
    #expect(own.reduce(0) { $0 + $1.shape.reduce(1, *) } <= 3_500_000)
  }

  @Test(
    arguments: [
      (#"{"layers": []}"#, "'input' is missing"),
      (#"{"input": [4, 4], "layers": []}"#, "expected rows, columns and channels"),
      (#"{"input": [4, 4, 1], "layers": [{"type": "lstm"}]}"#, "'lstm', expected one of"),
      (
        #"{"input": [4, 4, 1], "layers": [{"type": "dense", "units": 2, "unit": 1}]}"#,
        "'unit' is not known"
      ),
      (#"{"input": [4, 4, 1], "layers": [{"type": "dense", "units": "2"}]}"#, "a whole number"),
      (#"{"input": [4, 4, 1], "layers": [{"type": "dense"}]}"#, "'units' is missing"),
      (#"{"input": [4, 4, 1], "layers": [{"type": "dense", "units": 2}]}"#, "put a flatten"),
      (
        #"{"input": [4, 4, 1], "layers": [{"name": "b", "type": "add", "inputs": ["c"]}]}"#,
        "layer 'b' reads 'c'"
      ),
      (
        #"{"input": [4, 4, 1], "layers": [{"type": "convolution", "filters": 99999999, "kernel": 99}]}"#,
        "at most"
      ),
    ])
  func badArchitectures(_ text: String, _ reason: String) throws {
    let error = #expect(throws: CheckpointError.self) {
      try Architecture(json: JSON(parsing: Array(text.utf8)))
    }
    #expect(error?.kind == .invalidArchitecture)
    #expect(error?.description.contains(reason) == true, "\(error?.description ?? "")")
  }

  @Test func checkpointsReadBack() throws {
    let checkpoint = try sample()
    try checkpoint.write(to: folder.path("a.ckpt"))
    #expect(try Checkpoint(contentsOf: folder.path("a.ckpt")) == checkpoint)
    try checkpoint.write(to: folder.path("b.ckpt"))
    #expect(try folder.read("a.ckpt") == folder.read("b.ckpt"))
  }

  @Test func calibrationIsInTheLastLayer() throws {
    let checkpoint = try sample()
    let (plain, calibrated) = (try checkpoint.graph(), try checkpoint.calibratedGraph())
    guard case .dense(let before) = plain.nodes.last?.operation,
      case .dense(let after) = calibrated.nodes.last?.operation
    else {
      Issue.record("both end in a dense layer")
      return
    }
    #expect(after.kernel.values() == before.kernel.values().map { $0 / 2 })
    let bias = try #require(before.bias?.values())
    #expect(after.bias?.values() == zip(bias, checkpoint.bias).map { $0 / 2 + $1 })
    var wrong = checkpoint
    wrong.bias = [1]
    let error = #expect(throws: CheckpointError.self) { try wrong.calibratedGraph() }
    #expect(error?.reason.contains("expected 3") == true)
  }

  /// What the first version wrote has no bias.
  @Test func olderCheckpointsAreRead() throws {
    var file = try sample().file
    file.metadata["version"] = "1"
    file.metadata["bias"] = nil
    #expect(try Checkpoint(file).bias.isEmpty)
    file.metadata["version"] = "2"
    for bias in [nil, "{}", "[null]", "[1e60]"] {
      file.metadata["bias"] = bias
      #expect(
        #expect(throws: CheckpointError.self) { try Checkpoint(file) }?.kind == .invalidMetadata)
    }
  }

  @Test func whatDoesNotFitIsNamed() throws {
    var checkpoint = try sample()
    checkpoint.weights.removeAll { $0.name == "n/gamma" }
    #expect(
      #expect(throws: CheckpointError.self) { try checkpoint.graph() }?.kind == .missingTensor)
    checkpoint = try sample()
    checkpoint.weights[0] = SafetensorsTensor(name: "a/kernel", shape: [1], values: [0])
    let error = #expect(throws: CheckpointError.self) { try checkpoint.graph() }
    #expect(error?.kind == .wrongTensor)
    #expect(error?.reason.contains("'a/kernel'") == true)
    var file = try sample().file
    file.metadata["version"] = "4"
    #expect(
      #expect(throws: CheckpointError.self) { try Checkpoint(file) }?.kind == .unknownVersion)
    file.metadata["format"] = nil
    #expect(
      #expect(throws: CheckpointError.self) { try Checkpoint(file) }?.kind == .notACheckpoint)
    file = try sample().file
    file.metadata["temperature"] = "0"
    #expect(
      #expect(throws: CheckpointError.self) { try Checkpoint(file) }?.kind == .invalidMetadata)
  }

  // MARK: Hostile files

  private func read(_ header: String, data: Int) throws -> SafetensorsFile {
    var bytes = withUnsafeBytes(of: UInt64(header.utf8.count).littleEndian) { Array($0) }
    bytes += Array(header.utf8) + [UInt8](repeating: 0, count: data)
    return try bytes.withUnsafeBytes { try SafetensorsFile($0) }
  }

  @Test(
    arguments: [
      (#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#, 7),
      (#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#, 9),
      (#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}"#, 12),
      (#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}}"#, 8),
      (#"{"a":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}}"#, 8),
      (#"{"a":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,8]}}"#, 8),
      (#"{"a":{"dtype":"X9","shape":[2],"data_offsets":[0,8]}}"#, 8),
      (#"{"a":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}"#, 8),
      (#"{"a":{"dtype":"F32","shape":[2]}}"#, 8),
      (
        #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}"#,
        12
      ),
      (#"{"__metadata__":{"x":1}}"#, 0),
      (#"{"a":"#, 0),
    ])
  func damagedFiles(_ header: String, _ data: Int) throws {
    let error = #expect(throws: CheckpointError.self) { try read(header, data: data) }
    #expect(error?.kind == .damagedFile)
  }

  @Test func truncatedAndMutatedFilesAreRefusedOrRead() throws {
    let bytes = try sample().file.encoded
    for count in stride(from: 0, to: bytes.count, by: 13) {
      let error = #expect(throws: CheckpointError.self) {
        try bytes.prefix(count).withUnsafeBytes { try SafetensorsFile($0) }
      }
      #expect(error?.kind == .damagedFile)
    }
    var random = SeededGenerator(seed: 3)
    for _ in 0..<300 {
      var mutated = bytes
      for _ in 0..<3 {
        mutated[Int.random(in: 0..<2000, using: &random)] = .random(in: 0...255, using: &random)
      }
      // Any error is good, a crash is not.
      _ = try? mutated.withUnsafeBytes { try Checkpoint(SafetensorsFile($0)).graph() }
    }
  }

  @Test func ensemblesAverageCalibratedLogits() throws {
    let first = try sample()
    var second = try sample()
    second.temperature = 0.5
    second.bias = [0.25, 0, -2]
    second.weights = second.weights.map { tensor in
      let values: [Float] = tensor.floats!.map { $0 / 3 + 0.5 }
      return SafetensorsTensor(name: tensor.name, shape: tensor.shape, values: values)
    }
    let ensemble = try Checkpoint(averaging: [first, second])
    let path = folder.path("ensemble.ckpt")
    try ensemble.write(to: path)
    #expect(try Checkpoint(contentsOf: path).architecture == ensemble.architecture)
    var generator = SeededGenerator(seed: 3)
    let input = generator.floats(12 * 10 * 3)
    func logits(_ graph: Graph) throws -> [Double] {
      var nodes = graph.nodes
      if case .dense(var layer) = nodes[nodes.count - 1].operation {
        layer.activation = nil
        nodes[nodes.count - 1].operation = .dense(layer)
      } else {
        nodes.removeLast()
      }
      let graph = try Graph(inputShape: graph.inputShape, nodes: nodes)
      return NaiveGraph.run(graph, input: input).last!
    }
    let members: [[Double]] = try [first, second].map { try logits($0.calibratedGraph()) }
    let expected: [Double] = zip(members[0], members[1]).map { ($0 + $1) / 2 }
    let answers = try logits(ensemble.graph())
    #expect(members[0] != members[1])
    for (a, b) in zip(answers, expected) { #expect(abs(a - b) <= 1e-5 * max(abs(b), 1)) }
    #expect(try ensemble.model().labels == first.labels)
    #expect(throws: CheckpointError.self) { try Checkpoint(averaging: []) }
    second.labels = ["z", "y", "x"]
    #expect(throws: CheckpointError.self) { try Checkpoint(averaging: [first, second]) }
  }
}
