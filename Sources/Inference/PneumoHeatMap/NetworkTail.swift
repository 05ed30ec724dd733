import PneumoCompute
import PneumoGradients
import PneumoKernelABI
import PneumoModel

/// The layers after the last feature maps of a network, with gradients, for one image at a time.
///
/// They are those of the trainer, as they compute at inference.
final class NetworkTail {
  private let graph: Graph
  private let batch = Batch(capacity: 1)
  private let features: [Value]
  private let layers: [any GradientLayer]
  private let startingGradients: [[Value]]
  private let logits: Value
  private let scratch: FloatBuffer

  init(of graph: Graph, after maps: FeatureMaps, kernels: KernelTable) {
    self.graph = graph
    batch.count = 1
    let features = maps.values.map { Value(graph.shapes[$0], capacity: 1) }
    self.features = features
    var options = NetworkBuilder.Options()
    options.trainsWeights = false
    var builder = NetworkBuilder(graph: graph, batch: batch, kernels: kernels, options: options)
    builder.build(
      maps.tail, given: Dictionary(uniqueKeysWithValues: zip(maps.values, features)))
    layers = builder.layers
    startingGradients = builder.startingGradients
    guard let logits = builder.values[graph.nodes.count] else {
      preconditionFailure("the last node is one of those after the feature maps")
    }
    self.logits = logits
    scratch = FloatBuffer(count: layers.map(\.scratchCount).max() ?? 0)
    for layer in layers { layer.prepare() }
  }

  /// The gradient of a class' logit by each element of each feature map.
  ///
  /// - Parameters:
  ///   - label: the number of the class. A network with one output has two classes, and its output is
  ///     the logit of the second: that of the first is its negative.
  ///   - values: of the feature maps.
  func gradients(of label: Int, at values: [[Float]]) -> [UnsafeBufferPointer<Float>] {
    for (feature, values) in zip(features, values) {
      feature.data.pointer.update(from: values, count: feature.count)
    }
    for layer in layers { run(layer.forwardPhases) }
    if let gradient = logits.gradient {
      gradient.pointer.clear(logits.count)
      gradient.pointer[logits.count == 1 ? 0 : label] = logits.count == 1 && label == 0 ? -1 : 1
    }
    for index in layers.indices.reversed() {
      for value in startingGradients[index] { value.gradient?.pointer.clear(value.count) }
      run(layers[index].backwardPhases)
    }
    // Valid as long as this object, which whoever runs it holds.
    return features.map { UnsafeBufferPointer(start: $0.gradient?.pointer, count: $0.count) }
  }

  private func run(_ phases: [Phase]) {
    for phase in phases {
      switch phase {
      case .slots(let body): body(Slot(index: 0, images: 0..<1, scratch: scratch.pointer))
      case .parts(let count, let body): for part in 0..<count { body(part) }
      }
    }
  }
}
