import PneumoModel
import PneumoSupport

/// A network in training: what `best.ckpt` and `last.ckpt` hold.
package struct Checkpoint: Hashable, Sendable {
  /// The declared network.
  package var architecture: Architecture
  /// Its weights, `Float`s by `layer/weight`, in the shapes of the graph.
  package var weights: [SafetensorsTensor]
  /// How images become inputs.
  package var preprocessing: Preprocessing
  /// The classes.
  package var labels: [String]
  /// With two classes: the second is chosen where its probability is greater.
  package var threshold: Float
  /// Logits are divided by this before they become probabilities.
  package var temperature: Float
  /// What is added to each output's logit after the division; empty where nothing is.
  package var bias: [Float]
  /// What a person should know.
  package var card: ModelCard
  /// The images that the network was trained on and validated with.
  package var images: TrainingImages
  /// What the trainer needs to go on: moments of the optimizer and the like.
  package var state: [SafetensorsTensor]
  /// Texts of the trainer: settings, progress, history.
  package var notes: [String: String]

  /// A checkpoint of these parts.
  package init(
    architecture: Architecture, weights: [SafetensorsTensor], preprocessing: Preprocessing,
    labels: [String], threshold: Float = 0.5, temperature: Float = 1,
    bias: [Float] = [],
    card: ModelCard = ModelCard(), images: TrainingImages = TrainingImages(),
    state: [SafetensorsTensor] = [], notes: [String: String] = [:]
  ) {
    self.architecture = architecture
    self.weights = weights
    self.preprocessing = preprocessing
    self.labels = labels
    self.threshold = threshold
    self.temperature = temperature
    self.bias = bias
    self.card = card
    self.images = images
    self.state = state
    self.notes = notes
  }

  /// The network with its weights, as trained.
  package func graph() throws(CheckpointError) -> Graph {
    let tensors = Dictionary(weights.map { ($0.name, $0) }, uniquingKeysWith: { $1 })
    return try architecture.mapWeights { layer, weight, spec throws(CheckpointError) in
      let name = "\(layer)/\(weight)"
      guard let tensor = tensors[name] else {
        throw CheckpointError(
          .missingTensor, "its architecture needs the tensor '\(name)', which the file lacks")
      }
      guard tensor.shape == spec.shape, let values = tensor.floats else {
        throw CheckpointError(
          .wrongTensor,
          "the tensor '\(name)' is \(tensor.type.rawValue) of shape \(tensor.shape), expected F32 of "
            + "shape \(spec.shape)")
      }
      return WeightTensor(shape: spec.shape, values: values)
    }
  }

  /// The network with temperature and bias in the weights of its last layer: the same outputs as
  /// calibrating the logits.
  package func calibratedGraph() throws(CheckpointError) -> Graph {
    let graph = try graph()
    guard temperature != 1 || bias.contains(where: { $0 != 0 }) else { return graph }
    var nodes = graph.nodes
    guard case .dense(var layer) = nodes[nodes.count - 1].operation else {
      throw CheckpointError(
        .invalidModel, "a temperature of \(temperature) needs a dense layer at the end")
    }
    let units = layer.kernel.shape[1]
    guard bias.isEmpty || bias.count == units else {
      throw CheckpointError(
        .invalidModel, "its calibration has a bias of \(bias.count) numbers, expected \(units)")
    }
    layer.kernel = WeightTensor(
      shape: layer.kernel.shape, values: layer.kernel.values().map { $0 / temperature })
    let before = layer.bias?.values() ?? [Float](repeating: 0, count: units)
    let added = bias.isEmpty ? [Float](repeating: 0, count: units) : bias
    layer.bias = WeightTensor(
      shape: [units], values: zip(before, added).map { $0 / temperature + $1 })
    nodes[nodes.count - 1].operation = .dense(layer)
    do throws(ModelError) {
      return try Graph(inputShape: graph.inputShape, nodes: nodes)
    } catch {
      throw CheckpointError(.invalidModel, error.description)
    }
  }
}
