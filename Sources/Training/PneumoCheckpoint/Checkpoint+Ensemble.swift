import PneumoModel

extension Checkpoint {
  /// One network whose logits are the mean of the members' calibrated logits (deep ensembles:
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
    guard let last = first.architecture.nodes.last,
      case .dense(let classifier) = last.operation, let activation = classifier.activation
    else {
      throw CheckpointError(
        .invalidModel, "an ensemble needs networks that end in a dense layer with an activation")
    }
    let units = classifier.kernel.shape[1]
    var nodes: [Architecture.Node] = []
    var logits: [Int] = []
    var weights: [SafetensorsTensor] = []
    for (number, member) in members.enumerated() {
      func name(_ layer: String) -> String { "member\(number)_\(layer)" }
      let start = nodes.count
      for node in first.architecture.nodes {
        nodes.append(
          Architecture.Node(
            name: name(node.name),
            operation: node.operation.mapWeights { _, weight in weight.withoutPenalty },
            inputs: node.inputs.map { $0 == 0 ? 0 : start + $0 }))
      }
      nodes[nodes.count - 1].operation = .dense(
        Dense(kernel: .kernel(classifier.kernel.shape), bias: .bias(units)))
      logits.append(nodes.count)
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
      nodes.append(Architecture.Node(name: "mean_logits", operation: .add, inputs: logits))
    }
    nodes.append(
      Architecture.Node(
        name: "probability", operation: .activation(activation), inputs: [nodes.count]))
    let architecture: Architecture
    do throws(ModelError) {
      architecture = try Architecture(
        inputShape: first.architecture.inputShape, nodes: nodes)
    } catch {
      throw CheckpointError(.invalidModel, error.description)
    }
    self.init(
      architecture: architecture, weights: weights, preprocessing: first.preprocessing,
      labels: first.labels, threshold: first.threshold, card: first.card,
      images: TrainingImages(joining: members.map(\.images)))
  }
}

extension WeightSpec {
  /// The same weight, whose size costs nothing.
  fileprivate var withoutPenalty: WeightSpec {
    var weight = self
    if case .gradient = learning { weight.learning = .gradient(penalty: 0) }
    return weight
  }
}
