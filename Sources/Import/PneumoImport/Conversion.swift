import PneumoCheckpoint
import PneumoModel

/// What a model file says beyond the network, and how an imported network becomes a model.
package struct Conversion: Sendable {
  /// What `--preprocess` takes: a preset or a JSON file. `nil`: that of a checkpoint, or
  /// ``PneumoModel/Preprocessing/assumed(for:)``.
  package var preprocessing: String?
  /// `nil`: those of a checkpoint, or of the study where the network has its form.
  package var labels: [String]?
  /// Whether `labels` may be those of a checkpoint in another order.
  package var relabels: Bool
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
    preprocessing: String? = nil, labels: [String]? = nil, relabels: Bool = false,
    threshold: Float? = nil, precision: ScalarType = .float32, activation: Activation? = nil,
    card: ModelCard? = nil
  ) {
    self.preprocessing = preprocessing
    self.labels = labels
    self.relabels = relabels
    self.threshold = threshold
    self.precision = precision
    self.activation = activation
    self.card = card
  }

  /// A model, and what a person should know about how it was made.
  package struct Result: Sendable {
    package let model: Model
    /// What was done to the layers of the network.
    package let changes: [SimplifiedGraph.Change]
    /// What was assumed, and what looks like a mistake, a sentence each.
    package let notes: [String]
  }

  /// The model of an imported network.
  ///
  /// The source of the model card is filled in where it is empty.
  package func model(of imported: ImportedModel) throws(ImportError) -> Result {
    let labels = try labels(for: imported)
    if threshold != nil, labels.count != 2 {
      throw ImportError(
        .invalidSetting,
        "--threshold is for two classes, the model has \(labels.count), of which the most probable "
          + "is chosen; drop --threshold")
    }
    var card = card ?? imported.checkpoint?.card ?? ModelCard()
    if card.source.isEmpty { card.source = imported.source }
    var notes: [String] = []
    let preprocessing = try preprocessing(of: imported, &notes)
    try checkEnd(of: imported.graph)
    do throws(ModelError) {
      let simplified = try SimplifiedGraph(imported.graph)
      var model = try Model(
        graph: try ending(simplified.graph), preprocessing: preprocessing, labels: labels,
        threshold: threshold ?? imported.checkpoint?.threshold ?? 0.5, card: card
      ).converting(weights: precision)
      model.trainingImages = imported.checkpoint?.images ?? TrainingImages()
      return Result(model: model, changes: simplified.changes, notes: notes)
    } catch {
      throw ImportError(error)
    }
  }

  private func labels(for imported: ImportedModel) throws(ImportError) -> [String] {
    let known = imported.checkpoint?.labels
    guard let labels = labels ?? known ?? Network.labels(for: imported.graph) else {
      throw ImportError(
        .missingSetting,
        "the file does not name the classes; give --labels in the order of training, for example "
          + "--labels NORMAL,PNEUMONIA (Keras sorts the names of folders)")
    }
    // A name at another place turns predictions round; a new name does not.
    if let known, !relabels,
      let index = labels.indices.first(where: {
        known.contains(labels[$0]) && !(known.indices.contains($0) && known[$0] == labels[$0])
      })
    {
      throw ImportError(
        .invalidSetting,
        "--labels gives '\(labels[index])' to output \(index), the checkpoint was trained with the "
          + "order \(known.joined(separator: ",")); drop --labels, or add --relabel if the order of "
          + "the checkpoint is wrong")
    }
    return labels
  }

  private func preprocessing(
    of imported: ImportedModel, _ notes: inout [String]
  ) throws(ImportError) -> Preprocessing {
    guard case .image(_, _, let channels) = imported.graph.inputShape else {
      throw ImportError(.invalidGraph, "the network takes a vector, expected an image")
    }
    if preprocessing == nil, let checkpoint = imported.checkpoint {
      return checkpoint.preprocessing
    }
    var members: [String] = []
    let result =
      if let preprocessing {
        try Preprocessing(named: preprocessing, for: imported, members: &members)
      } else {
        Preprocessing.assumed(for: imported)
      }
    guard result.colorMode.channels == channels else {
      throw ImportError(
        .missingSetting,
        "the network takes \(channels) \(channels == 1 ? "channel" : "channels"), "
          + "\(result.colorMode) images have \(result.colorMode.channels); give a file with a "
          + "fitting color_mode to --preprocess")
    }
    guard result.scale.allSatisfy({ $0 != 0 }) else {
      throw ImportError(
        .invalidSetting, "'scale' is 0, which makes all images the same; expected another number")
    }
    notes += remarks(on: imported, members)
    guard let rescaling = imported.rescaling else { return result }
    return try rescaling.following(result)
  }

  /// What of the preprocessing is a guess, or does not go together.
  private func remarks(on imported: ImportedModel, _ members: [String]) -> [String] {
    let rescales = imported.rescaling != nil
    guard let preprocessing else {
      if Network.labels(for: imported.graph) != nil { return [] }
      let scale =
        rescales
        ? "pixels go to the network's own Rescaling as they are"
        : "the network has no Rescaling, so pixels are multiplied by 1/255"
      return [
        "no --preprocess: assuming that training resized with 'nearest' (load_img, "
          + "ImageDataGenerator); \(scale). Where that is not what training did, predictions are "
          + "wrong: image_dataset_from_directory resizes with 'tensorflow-bilinear', "
          + "keras.applications scale as the presets tf, torch and caffe do"
      ]
    }
    guard rescales else { return [] }
    if let preset = Preprocessing.Preset(rawValue: preprocessing), preset != .kerasStudy {
      return [
        "the network has a Rescaling of its own, which follows the preset '\(preset)': did training "
          + "do both?"
      ]
    }
    guard !members.contains("scale"), members.contains("mean") || members.contains("std") else {
      return []
    }
    return [
      "mean and std without scale, for a network with a Rescaling of its own: they are in units of "
        + "pixels, 0 to 255; for units of 0 to 1 add \"scale\": 0.00392156862745098"
    ]
  }

  /// Says what to do about a network that ends in logits.
  private func checkEnd(of graph: Graph) throws(ImportError) {
    guard activation == nil, case .vector(let count) = graph.outputShape,
      let last = graph.nodes.last(where: {
        if case .dropout = $0.operation { false } else { true }
      })
    else { return }
    switch last.operation {
    case .activation: return
    case .dense(let layer) where layer.activation != nil: return
    default:
      let name = count == 1 ? "sigmoid" : "softmax"
      throw ImportError(
        .missingSetting,
        "ends with '\(last.name)', which has no activation; if its \(count == 1 ? "output is a logit" : "outputs are logits") "
          + "(from_logits=True in training), add --activation \(name)")
    }
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
