import PneumoModel
import PneumoSupport

/// One call of a layer, as a Keras configuration describes it.
package struct KerasLayer: Hashable, Sendable {
  /// Unique in the architecture: the layer's own name, after those of the models that it is in.
  package let name: String
  /// Keras' name of its class, for example `Conv2D`.
  package let className: String
  /// The name of a class that is not Keras' own.
  let customName: String?
  /// Its parameters, an object.
  package let config: JSON
  /// Values that the layer reads: 0 is the input, `i + 1` is the output of layer `i`.
  package let inputs: [Int]
  /// The layer whose weights it has; calls of a shared layer have one.
  let storage: Int

  init(name: String, entry: KerasEntry, inputs: [Int], storage: Int) {
    self.name = name
    className = entry.className
    customName = entry.customName
    config = entry.config
    self.inputs = inputs
    self.storage = storage
  }

  /// A layer of Keras' own.
  init(name: String, className: String, config: JSON, inputs: [Int], storage: Int) {
    self.name = name
    self.className = className
    customName = nil
    self.config = config
    self.inputs = inputs
    self.storage = storage
  }

  /// What an error says of the layer.
  func unsupported(_ reason: String) -> ImportError.Layer {
    ImportError.Layer(name: name, className: className, reason: reason)
  }
}

/// What holds weights, in the order of the configuration, which is that of `model.layers`.
enum KerasStorage: Hashable, Sendable {
  /// ``KerasLayer/storage`` of a layer.
  case layer(Int, className: String, isTrainable: Bool)
  case model([KerasStorage], className: String, isTrainable: Bool)
}

/// The layers of a Keras model, each after its inputs, nested models flattened, the output last.
package struct KerasArchitecture: Hashable, Sendable {
  /// Of one image.
  package let inputShape: TensorShape
  /// At least one.
  package let layers: [KerasLayer]
  /// The layers as they are saved.
  let storage: [KerasStorage]
  /// Layers that are connected in a way that a graph cannot express.
  package let unsupported: [ImportError.Layer]

  /// Bytes of a configuration. Those of the largest networks have about one million.
  static let maximumConfiguration = 1 << 24

  /// Reads the JSON text of `model_config`, of Keras 2 or Keras 3.
  package init(json: [UInt8]) throws(ImportError) {
    guard json.count <= Self.maximumConfiguration else {
      throw ImportError(
        .limitExceeded,
        "the model's configuration has \(json.count) bytes; at most "
          + "\(Self.maximumConfiguration) are accepted")
    }
    var reader = KerasArchitectureReader()
    self = try reader.read(try JSON(importing: json))
  }

  init(
    inputShape: TensorShape, layers: [KerasLayer], storage: [KerasStorage],
    unsupported: [ImportError.Layer] = []
  ) {
    self.inputShape = inputShape
    self.layers = layers
    self.storage = storage
    self.unsupported = unsupported
  }

  /// Layers of Keras' own in a chain, each called once.
  init(inputShape: TensorShape, chain layers: [KerasLayer]) {
    self.init(
      inputShape: inputShape, layers: layers,
      storage: layers.map { .layer($0.storage, className: $0.className, isTrainable: true) })
  }

  /// Checks that all layers are supported; those that are not are one error.
  package func checkLayers() throws(ImportError) { _ = try operations() }
}
