import Pneumo

/// Grad-CAM (Selvaraju et al. 2017): where the last convolution of a network saw what speaks for a
/// class.
///
/// Each channel of that layer, after its normalisation, residual sum and activation, counts by the mean of the
/// gradient of the class' logit; what speaks against the class counts as 0. The network runs in a
/// ``Session``, the gradient goes back through the layers after the convolution alone.
public final class GradCAM: Sendable {
  /// The model that is looked into.
  public let model: Model
  /// The name of the layer that is looked at.
  public let layer: String
  private let session: Session
  private let tail: NetworkTail

  /// Makes a model ready. Throws ``HeatMapError`` where it has no convolution, and what `Session`
  /// throws.
  public init(_ model: Model, instructionSet: String? = nil) throws {
    guard let tail = NetworkTail(of: model.graph) else {
      throw HeatMapError(
        description:
          "the network has no convolution whose output Grad-CAM could show; use occlusion")
    }
    self.model = model
    self.tail = tail
    layer = model.graph.nodes[tail.target - 1].name
    session = try Session(
      model, threads: 1, batch: 1, instructionSet: instructionSet, keepsActivations: true)
  }

  /// What speaks for a class, one value for each place of the layer.
  ///
  /// - Parameters:
  ///   - tensor: the image as the network takes it, `session.inputCount` floats.
  ///   - label: the number of the class among the model's labels.
  public func map(of tensor: [Float], label: Int) throws(ComputeError) -> HeatMap {
    let values = ForwardValues(model.graph, try session.activations(of: tensor))
    guard case .image(let height, let width, let channels) = model.graph.shapes[tail.target]
    else { preconditionFailure("a convolution answers images") }
    let features = values[tail.target]
    let gradient = tail.gradient(of: label, values)
    var weights = [Float](repeating: 0, count: channels)
    for place in stride(from: 0, to: gradient.count, by: channels) {
      for channel in 0..<channels { weights[channel] += gradient[place + channel] }
    }
    let share = 1 / Float(height * width)
    let map = stride(from: 0, to: features.count, by: channels).map { place in
      let sum = (0..<channels).reduce(Float(0)) { $0 + weights[$1] * features[place + $1] }
      return max(sum * share, 0)
    }
    return HeatMap(width: width, height: height, values: map)
  }
}

/// What each value of a graph is for one image.
struct ForwardValues {
  private let graph: Graph
  private let outputs: [String: [Float]]

  init(_ graph: Graph, _ outputs: [LayerOutput]) {
    self.graph = graph
    self.outputs = Dictionary(uniqueKeysWithValues: outputs.map { ($0.layer, $0.values) })
  }

  /// Of value `number` of the graph, not 0; the last one is before its activation.
  subscript(number: Int) -> [Float] {
    let node = graph.nodes[number - 1]
    if let values = outputs[node.name] { return values }
    switch node.operation {
    // A session leaves out what only passes its input on.
    case .flatten, .dropout: return self[node.inputs[0]]
    default: preconditionFailure("a session keeps the values of all layers that compute")
    }
  }
}
