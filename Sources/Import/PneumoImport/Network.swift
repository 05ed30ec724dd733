import PneumoCheckpoint
import PneumoModel
import PneumoSupport

/// An architecture known by name, for files that hold weights alone.
package struct Network: Hashable, Sendable {
  /// What `--network` takes.
  package let name: String
  /// The classes, where the network comes with them.
  package let labels: [String]
  let architecture: KerasArchitecture
  /// Of all weights, in the order of the layers.
  let weightShapes: [[Int]]

  /// All networks, by the names that `--network` takes.
  package static let all = [study(side: 150), study(side: 224)]

  /// The network called `name`.
  package static func named(_ name: String) -> Network? { all.first { $0.name == name } }

  /// The study's network: four times convolution and pooling, three dense layers, one sigmoid.
  ///
  /// Its four models differ in the size of the input and in dropout and penalties, which are
  /// training only, so that each has the weights of one of these.
  static func study(side: Int) -> Network {
    var builder = SequentialBuilder()
    var (remaining, channels) = (side, 3)
    var shapes: [[Int]] = []
    for (filters, hasDropout) in [(32, false), (64, false), (128, true), (128, true)] {
      builder.convolution(filters: filters, kernelSize: 3)
      builder.maxPooling(2)
      if hasDropout { builder.dropout(0.5) }
      shapes += [[3, 3, channels, filters], [filters]]
      (remaining, channels) = ((remaining - 2) / 2, filters)
    }
    builder.flatten()
    builder.dense(512, "relu")
    builder.dropout(0.5)
    builder.dense(64, "relu")
    builder.dense(1, "sigmoid")
    let features = remaining * remaining * channels
    shapes += [[features, 512], [512], [512, 64], [64], [64, 1], [1]]
    return Network(
      name: "study\(side)", labels: ["NORMAL", "PNEUMONIA"],
      architecture: KerasArchitecture(
        inputShape: .image(height: side, width: side, channels: 3), chain: builder.layers),
      weightShapes: shapes)
  }

  /// The labels of the network that `graph` has the form of; `nil` where it is none of these.
  package static func labels(for graph: Graph) -> [String]? {
    all.first { $0.hasForm(of: graph) }?.labels
  }

  /// Whether `graph` has the same layers with weights, in the same order and of the same shapes.
  func hasForm(of graph: Graph) -> Bool {
    graph.inputShape == architecture.inputShape
      && graph.nodes.flatMap { $0.operation.weights.map(\.tensor.shape) } == weightShapes
  }
}

/// Appends layers, each reading the one before, with Keras' default names.
struct SequentialBuilder {
  private(set) var layers: [KerasLayer] = []
  private var countByName: [String: Int] = [:]

  mutating func convolution(filters: Int, kernelSize: Int) {
    append(
      "Conv2D", "conv2d",
      ["filters": .int(filters), "kernel_size": .int(kernelSize), "activation": .string("relu")])
  }

  mutating func maxPooling(_ size: Int) {
    append("MaxPooling2D", "max_pooling2d", ["pool_size": .int(size)])
  }

  mutating func dropout(_ rate: Double) { append("Dropout", "dropout", ["rate": .double(rate)]) }

  mutating func flatten() { append("Flatten", "flatten", [:]) }

  mutating func dense(_ units: Int, _ activation: String) {
    append("Dense", "dense", ["units": .int(units), "activation": .string(activation)])
  }

  private mutating func append(
    _ className: String, _ name: String, _ config: KeyValuePairs<String, JSON>
  ) {
    let number = countByName[name, default: 0]
    countByName[name] = number + 1
    layers.append(
      KerasLayer(
        name: number == 0 ? name : "\(name)_\(number)", className: className,
        config: .object(config), inputs: [layers.count], storage: layers.count))
  }
}
