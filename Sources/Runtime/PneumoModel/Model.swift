/// A classifier with all that is needed to get the outputs it had in training.
public struct Model: Equatable, Sendable {
  /// The network.
  public let graph: Graph
  /// How pixels become the input of the network.
  public let preprocessing: Preprocessing
  /// The classes. A single sigmoid output is the probability of the second of two labels;
  /// otherwise there is one label per output.
  public let labels: [String]
  /// With two classes: the second is chosen where its probability is greater than this.
  public let threshold: Float
  /// What a person should know before using the model.
  public let card: ModelCard
  /// The images that the model was made with, as far as is known.
  public var trainingImages = TrainingImages()

  /// Checks that the parts belong together.
  public init(
    graph: Graph, preprocessing: Preprocessing, labels: [String], threshold: Float = 0.5,
    card: ModelCard = ModelCard()
  ) throws(ModelError) {
    try preprocessing.check()
    guard graph.inputShape == preprocessing.shape else {
      throw ModelError(
        .shapeMismatch,
        "preprocessing makes images of \(preprocessing.shape), the graph takes \(graph.inputShape)")
    }
    guard case .vector(let outputs) = graph.outputShape else {
      throw ModelError(
        .shapeMismatch,
        "a classifier ends in a vector, one number a class; this ends in \(graph.outputShape)")
    }
    let expected = outputs == 1 ? 2 : outputs
    guard labels.count == expected, labels.count <= Limits.labels else {
      throw ModelError(
        .invalidLabels,
        "\(outputs) \(outputs == 1 ? "output needs" : "outputs need") \(expected) labels, "
          + "found \(labels.count)")
    }
    var known = Set<String>()
    for label in labels {
      try Limits.check(name: label, "label")
      guard !label.isEmpty, known.insert(label).inserted else {
        throw ModelError(
          .invalidLabels, "labels must be different and not empty, found '\(label)'")
      }
    }
    guard threshold >= 0, threshold <= 1 else {
      throw ModelError(.invalidThreshold, "a threshold of \(threshold), expected 0 to 1")
    }
    try card.check()
    try Self.checkOutput(of: graph)
    try Self.checkWeights(of: graph)
    self.graph = graph
    self.preprocessing = preprocessing
    self.labels = labels
    self.threshold = threshold
    self.card = card
  }

  /// How outputs become probabilities: the activation that the graph ends with.
  public var outputActivation: Activation { graph.outputActivation! }

  private static func checkOutput(of graph: Graph) throws(ModelError) {
    let activation = graph.outputActivation
    let count = graph.outputShape.count
    if activation == .sigmoid && count == 1 || activation == .softmax && count > 1 { return }
    let problem =
      switch activation {
      case .sigmoid:
        "ends with \(count) sigmoids, each the probability of one label by itself; a classifier names "
          + "one class of several: train it with softmax, or with one sigmoid for two classes"
      case .softmax: "ends with the softmax of one output, which is always 1; use sigmoid"
      default:
        "ends with \(activation?.description ?? "no activation"); a classifier ends with one "
          + "sigmoid, or with softmax over two or more classes"
      }
    throw ModelError(.invalidParameter, problem, layer: graph.nodes.last?.name)
  }

  private static func checkWeights(of graph: Graph) throws(ModelError) {
    var size = 0
    for node in graph.nodes {
      for (name, tensor) in node.operation.weights {
        guard tensor.isFinite else {
          throw ModelError(
            .nonFiniteWeights, "its \(name) holds NaN or infinity; train or export it again",
            layer: node.name)
        }
        size = FileFormat.aligned(size) + tensor.byteCount
      }
      if case .batchNormalization(let layer) = node.operation {
        let least = layer.variance.values().min() ?? 0
        guard least + layer.epsilon > 0 else {
          throw ModelError(
            .invalidParameter,
            "moving variance \(least) plus epsilon \(layer.epsilon) must be greater than 0",
            layer: node.name)
        }
      }
    }
    guard size <= Limits.weightBytes else {
      throw ModelError(
        .limitExceeded, "\(size) bytes of weights; at most \(Limits.weightBytes) are accepted")
    }
  }
}

extension LayerGraph {
  /// The activation that the last layer is or ends with.
  package var outputActivation: Activation? { nodes.last?.operation.activation }
}
