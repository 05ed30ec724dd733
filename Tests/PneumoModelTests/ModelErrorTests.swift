import PneumoModel
import PneumoTestSupport
import Testing

/// Checks that a model makes beyond those of its graph.
@Suite struct ModelErrorTests {

  static let tiny = SampleModel.tinyClassifier

  @Test func preprocessingMustMatchTheGraphsInput() throws {
    var preprocessing = Self.tiny.preprocessing
    preprocessing.size = Extent(17)
    try expect(.shapeMismatch, "makes images of 17×17×1, the graph takes 16×16×1") {
      () throws(ModelError) in
      try Model(graph: Self.tiny.graph, preprocessing: preprocessing, labels: ["a", "b"])
    }
  }

  @Test func preprocessingIsChecked() throws {
    let changes: [(inout Preprocessing) -> Void] = [
      { $0.size = Extent(0) }, { $0.size = Extent(height: 16, width: Limits.imageSide + 1) },
      { $0.scale = [1, 1] }, { $0.scale = [0] }, { $0.standardDeviation = [0] },
      { $0.scale = [1e38] }, { $0.mean = [1e30] },
      { $0.mean = [] }, { $0.mean = [.nan] }, { $0.scale = [.infinity] },
      { $0.standardDeviation = [0] }, { $0.colorMode = .rgb },
    ]
    for change in changes {
      var preprocessing = Self.tiny.preprocessing
      change(&preprocessing)
      try expect(.invalidPreprocessing, "expected sides|finite numbers|of zero|different numbers") {
        () throws(ModelError) in
        try Model(graph: Self.tiny.graph, preprocessing: preprocessing, labels: ["a", "b"])
      }
    }
  }

  @Test(arguments: [[], ["a"], ["a", "b", "c"], ["a", "a"], ["a", ""]])
  func labelsMustMatchTheOutputs(labels: [String]) throws {
    try expect(.invalidLabels, "labels") { () throws(ModelError) in
      try Model(
        graph: Self.tiny.graph, preprocessing: Self.tiny.preprocessing, labels: labels)
    }
  }

  @Test(arguments: [-0.1, 1.1, Float.nan, .infinity])
  func thresholdIsAProbability(threshold: Float) throws {
    try expect(.invalidThreshold, "expected 0 to 1") { () throws(ModelError) in
      try Model(
        graph: Self.tiny.graph, preprocessing: Self.tiny.preprocessing, labels: ["a", "b"],
        threshold: threshold)
    }
  }

  @Test func theCardIsChecked() throws {
    let metric = ModelCard.Metric(name: "accuracy", value: .nan)
    for (card, kind) in [
      (
        ModelCard(name: String(repeating: "a", count: Limits.text + 1)),
        ModelError.Kind.limitExceeded
      ),
      (ModelCard(limitations: "a\u{7F}"), .invalidText),
      (ModelCard(metrics: [metric]), .invalidParameter),
      (ModelCard(metrics: Array(repeating: metric, count: 257)), .limitExceeded),
    ] {
      try expect(kind, "model card|metric") { () throws(ModelError) in
        try Model(
          graph: Self.tiny.graph, preprocessing: Self.tiny.preprocessing, labels: ["a", "b"],
          card: card)
      }
    }
  }

  @Test func weightsMustBeFinite() throws {
    for value in [Float.nan, .infinity, -.infinity, -.nan] {
      try expect(.nonFiniteWeights, "layer 'output': its kernel holds NaN or infinity") {
        () throws(ModelError) in
        try Self.model(
          ending: .dense(
            Dense(
              kernel: WeightTensor(
                shape: [4, 1], values: [0, .greatestFiniteMagnitude, value, 0]),
              activation: .sigmoid)))
      }
    }
  }

  @Test func varianceMustBePositiveWithEpsilon() throws {
    let ones = WeightTensor(shape: [4], values: [1, 1, 1, 1])
    for (values, epsilon) in [([1, 1, 0, 1], 0), ([1, -0.002, 1, 1], 0.001)] as [([Float], Float)] {
      var nodes = Array(Self.tiny.graph.nodes)
      nodes[5].operation = .batchNormalization(
        BatchNormalization(
          gamma: ones, beta: ones, mean: ones,
          variance: WeightTensor(shape: [4], values: values), epsilon: epsilon))
      try expect(.invalidParameter, "must be greater than 0") { () throws(ModelError) in
        try Model(
          graph: Graph(inputShape: Self.tiny.graph.inputShape, nodes: nodes),
          preprocessing: Self.tiny.preprocessing, labels: ["a", "b"])
      }
    }
  }

  @Test func aClassifierMustEndWithProbabilities() throws {
    var builder = GraphBuilder(input: .vector(4), seed: 11)
    for (operation, reason) in [
      (builder.dense(4, 1, activation: .softmax), "the softmax of one output, which is always 1"),
      (builder.dense(4, 1), "ends with no activation"),
      (.dropout(rate: 0), "ends with one sigmoid, or with softmax"),
      (builder.dense(4, 2, activation: .tanh), "ends with tanh"),
      // Two sigmoids are independent yes-or-no outputs, so the larger does not determine the class.
      (builder.dense(4, 2, activation: .sigmoid), "2 sigmoids"),
      (builder.dense(4, 3, activation: .sigmoid), "one class of several: train it with softmax"),
    ] {
      let count = if case .dense(let layer) = operation { layer.kernel.shape[1] } else { 4 }
      let labels = Array(["a", "b", "c", "d"].prefix(max(count, 2)))
      try expect(.invalidParameter, reason) {
        () throws(ModelError) in try Self.model(ending: operation, labels: labels)
      }
    }
    let image = try Graph(
      inputShape: Self.tiny.graph.inputShape, nodes: Array(Self.tiny.graph.nodes.prefix(1)))
    try expect(.shapeMismatch, "a classifier ends in a vector") { () throws(ModelError) in
      try Model(graph: image, preprocessing: Self.tiny.preprocessing, labels: ["a", "b"])
    }
    for count in [1, 2] {
      let last = builder.dense(4, count, activation: count == 1 ? .sigmoid : .softmax)
      #expect(throws: Never.self) { try Self.model(ending: last) }
    }
  }

  /// The tiny classifier with a different last layer.
  private static func model(
    ending operation: PneumoModel.Operation, labels: [String] = ["a", "b"]
  ) throws(ModelError) -> Model {
    var nodes = tiny.graph.nodes
    nodes[6].operation = operation
    return try Model(
      graph: Graph(inputShape: tiny.graph.inputShape, nodes: nodes),
      preprocessing: tiny.preprocessing, labels: labels)
  }

  /// Expects an error. `reason` lists alternative texts, separated by `|`, one of which the error's
  /// description must contain.
  private func expect(
    _ kind: ModelError.Kind, _ reason: String,
    sourceLocation: SourceLocation = #_sourceLocation,
    _ make: () throws(ModelError) -> Model
  ) throws {
    let error = try #require(throws: ModelError.self, sourceLocation: sourceLocation) {
      try make()
    }
    #expect(error.kind == kind, "\(error)", sourceLocation: sourceLocation)
    #expect(
      reason.split(separator: "|").contains { error.description.contains($0) }, "\(error)",
      sourceLocation: sourceLocation)
  }
}
