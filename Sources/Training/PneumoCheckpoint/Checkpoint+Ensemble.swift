import PneumoModel

extension Checkpoint {
  /// One network that answers the mean of the members' calibrated logits (deep ensembles:
  /// Lakshminarayanan et al. 2017, of logits rather than probabilities).
  ///
  /// Preprocessing, labels, threshold and card are those of the first member, as those of networks
  /// of several folds are the same.
  ///
  /// - Parameter members: at least one, all of one architecture that ends in a dense layer.
  package init(averaging members: [Checkpoint]) throws(CheckpointError) {
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
      case .dense(let units, let activation?, _) = last.kind
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
      layers[layers.count - 1].kind = .dense(units: units, activation: nil, hasBias: true)
      guard case .dense(let dense) = try member.calibratedGraph().nodes.last?.operation else {
        throw CheckpointError(.invalidModel, "its graph does not end in '\(last.name)'")
      }
      let share = 1 / Float(members.count)
      let bias = dense.bias?.values() ?? [Float](repeating: 0, count: units)
      weights += member.weights.filter { !$0.name.hasPrefix("\(last.name)/") }.map { tensor in
        SafetensorsTensor(
          name: name(tensor.name), type: tensor.type, shape: tensor.shape, bytes: tensor.bytes)
      }
      weights += [
        SafetensorsTensor(
          name: name("\(last.name)/kernel"), shape: dense.kernel.shape,
          values: dense.kernel.values().map { $0 * share }),
        SafetensorsTensor(
          name: name("\(last.name)/bias"), shape: [units], values: bias.map { $0 * share }),
      ]
    }
    if members.count > 1 {
      let logits = members.indices.map { "member\($0)_\(last.name)" }
      layers.append(Architecture.Layer("mean_logits", .add, inputs: logits))
    }
    layers.append(Architecture.Layer("probability", .activation(activation)))
    self.init(
      architecture: Architecture(inputShape: first.architecture.inputShape, layers: layers),
      weights: weights, preprocessing: first.preprocessing, labels: first.labels,
      threshold: first.threshold, card: first.card,
      images: TrainingImages(joining: members.map(\.images)))
  }
}
