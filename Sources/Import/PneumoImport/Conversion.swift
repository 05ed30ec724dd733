import PneumoModel

/// What a model file says beyond the network, and how an imported network becomes a model.
package struct Conversion: Sendable {
  /// `nil`: ``PreprocessingSettings/study(for:)``.
  package var preprocessing: PreprocessingSettings?
  /// `nil`: those of the study where the network has its form.
  package var labels: [String]?
  /// Of two classes, the second is chosen where its probability is greater. `nil`: that of a
  /// checkpoint, or 0.5.
  package var threshold: Float?
  /// How kernels are stored.
  package var precision: ScalarType
  /// For a network that ends in logits: what makes probabilities of them.
  package var activation: Activation?
  /// What a person should know before using the model. `nil`: that of a checkpoint, or an empty one.
  package var card: ModelCard?

  /// A conversion with these settings.
  package init(
    preprocessing: PreprocessingSettings? = nil, labels: [String]? = nil, threshold: Float? = nil,
    precision: ScalarType = .float32, activation: Activation? = nil, card: ModelCard? = nil
  ) {
    self.preprocessing = preprocessing
    self.labels = labels
    self.threshold = threshold
    self.precision = precision
    self.activation = activation
    self.card = card
  }

  /// The model of an imported network, and what was done to its layers.
  ///
  /// The source of the model card is filled in where it is empty.
  package func model(
    of imported: ImportedModel
  ) throws(ImportError) -> (model: Model, changes: [SimplifiedGraph.Change]) {
    guard
      let labels = labels ?? imported.checkpoint?.labels ?? Network.labels(for: imported.graph)
    else {
      throw ImportError(
        .missingSetting,
        "the file does not name the classes; give --labels in the order of training, for example "
          + "--labels NORMAL,PNEUMONIA (Keras sorts the names of folders)")
    }
    var card = card ?? imported.checkpoint?.card ?? ModelCard()
    if card.source.isEmpty { card.source = imported.source }
    let preprocessing = try preprocessing(of: imported)
    do throws(ModelError) {
      let simplified = try SimplifiedGraph(imported.graph)
      var model = try Model(
        graph: try ending(simplified.graph), preprocessing: preprocessing, labels: labels,
        threshold: threshold ?? imported.checkpoint?.threshold ?? 0.5, card: card
      ).converting(weights: precision)
      model.trainingImages = imported.checkpoint?.images ?? TrainingImages()
      return (model, simplified.changes)
    } catch {
      throw ImportError(error)
    }
  }

  private func preprocessing(of imported: ImportedModel) throws(ImportError) -> Preprocessing {
    guard case .image(let height, let width, let channels) = imported.graph.inputShape else {
      throw ImportError(.invalidGraph, "the network takes a vector, expected an image")
    }
    if preprocessing == nil, let checkpoint = imported.checkpoint {
      return checkpoint.preprocessing
    }
    let settings = preprocessing ?? .study(for: imported)
    guard settings.colorMode.channels == channels else {
      throw ImportError(
        .missingSetting,
        "the network takes \(channels) \(channels == 1 ? "channel" : "channels"), "
          + "\(settings.colorMode) images have \(settings.colorMode.channels); give a file with a "
          + "fitting color_mode to --preprocess")
    }
    let preprocessing = settings.preprocessing(size: Extent(height: height, width: width))
    guard let rescaling = imported.rescaling else { return preprocessing }
    return try rescaling.following(preprocessing)
  }

  /// `graph` with the activation that was asked for at its end.
  private func ending(_ graph: Graph) throws(ModelError) -> Graph {
    guard let activation else { return graph }
    var nodes = graph.nodes
    let last = nodes.count - 1
    let present: Activation?
    switch nodes[last].operation {
    case .dense(var layer):
      present = layer.activation
      layer.activation = activation
      nodes[last].operation = .dense(layer)
    case .activation(let activation): present = activation
    default:
      present = nil
      nodes.append(
        Graph.Node(
          name: "\(nodes[last].name)/\(activation)", operation: .activation(activation),
          inputs: [nodes.count]))
    }
    if let present {
      throw ModelError(
        .invalidParameter,
        "ends with \(present), not in logits; drop --activation \(activation)",
        layer: nodes[last].name)
    }
    return try Graph(inputShape: graph.inputShape, nodes: nodes)
  }
}

extension Rescaling {
  /// `preprocessing`, followed by this rescaling.
  ///
  /// With `(x * s - m) / d` before it, `y * scale + offset` is `(x * s - m') / d'` where
  /// `d' = d / scale` and `m' = m - offset * d'`. On raw pixels it stays exactly what Keras
  /// computes.
  func following(_ preprocessing: Preprocessing) throws(ImportError) -> Preprocessing {
    let channels = preprocessing.colorMode.channels
    var result = preprocessing
    for channel in 0..<channels {
      let scale = scale.count == 1 ? scale[0] : scale[channel]
      let offset = offset.count == 1 ? offset[0] : offset[channel]
      guard scale != 0 else {
        throw ImportError(.invalidGraph, "the network multiplies its input by 0")
      }
      let isRaw =
        preprocessing.scale[channel] == 1 && preprocessing.mean[channel] == 0
        && preprocessing.standardDeviation[channel] == 1
      if isRaw {
        result.scale[channel] = scale
        result.mean[channel] = 0 - offset  // not -0
      } else {
        let deviation = Double(preprocessing.standardDeviation[channel]) / Double(scale)
        result.standardDeviation[channel] = Float(deviation)
        result.mean[channel] = Float(
          Double(preprocessing.mean[channel]) - Double(offset) * deviation)
      }
    }
    return result
  }
}
