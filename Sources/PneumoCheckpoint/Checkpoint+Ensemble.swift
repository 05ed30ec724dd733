import PneumoModel

extension Checkpoint {
  /// One network that answers the mean of the members' calibrated logits (deep ensembles:
  /// Lakshminarayanan et al. 2017, of logits rather than probabilities).
  ///
  /// Preprocessing, labels, threshold and card are those of the first member, as those of networks
  /// of several folds are the same.
  ///
  /// - Parameter members: at least one, all of one architecture that ends in a dense layer.
  public init(averaging members: [Checkpoint]) throws(CheckpointError) {
    guard let first = members.first,
      members.allSatisfy({
        $0.architecture == first.architecture && $0.preprocessing == first.preprocessing
          && $0.labels == first.labels
      })
    else {
      throw CheckpointError(
        .invalidModel, "an ensemble needs networks of one architecture, preprocessing and labels")
    }
    guard let last = first.architecture.layers.last,
      case .dense(let units, let activation?, let hasBias) = last.kind
    else {
      throw CheckpointError(
        .invalidModel, "an ensemble needs networks that end in a dense layer with an activation")
    }
    var layers: [Architecture.Layer] = []
    var weights: [SafetensorsTensor] = []
    for (number, member) in members.enumerated() {
      func name(_ layer: String) -> String { "member\(number)_\(layer)" }
      var before = Architecture.inputName
      for var layer in first.architecture.layers {
        layer.inputs =
          layer.inputs.isEmpty
          ? [before] : layer.inputs.map { $0 == Architecture.inputName ? $0 : name($0) }
        layer.name = name(layer.name)
        layer.l2 = 0
        before = layer.name
        layers.append(layer)
      }
      layers[layers.count - 1].kind = .dense(units: units, activation: nil, hasBias: hasBias)
      let share = 1 / (member.temperature * Float(members.count))
      for tensor in member.weights {
        guard let values = tensor.floats else {
          throw CheckpointError(
            .wrongTensor, "the tensor '\(tensor.name)' is \(tensor.type.rawValue), expected F32")
        }
        let isLast = tensor.name.hasPrefix("\(last.name)/")
        weights.append(
          SafetensorsTensor(
            name: name(tensor.name), shape: tensor.shape,
            values: isLast ? values.map { $0 * share } : values))
      }
    }
    if members.count > 1 {
      let logits = members.indices.map { "member\($0)_\(last.name)" }
      layers.append(Architecture.Layer("mean_logits", .add, inputs: logits))
    }
    layers.append(Architecture.Layer("probability", .activation(activation)))
    self.init(
      architecture: Architecture(inputShape: first.architecture.inputShape, layers: layers),
      weights: weights, preprocessing: first.preprocessing, labels: first.labels,
      threshold: first.threshold, card: first.card)
  }
}
