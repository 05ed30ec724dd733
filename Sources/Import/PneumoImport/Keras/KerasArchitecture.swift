import PneumoCheckpoint
import PneumoModel
import PneumoSupport

/// One layer as a Keras configuration describes it.
package struct KerasLayer: Hashable, Sendable {
  /// Unique in the architecture: the layer's own name, after those of the models that it is in.
  package let name: String
  /// Keras' name of its class, for example `Conv2D`.
  package let className: String
  /// Its parameters, an object.
  package let config: JSONValue
  /// Values that the layer reads: 0 is the input, `i + 1` is what layer `i` answers.
  package let inputs: [Int]
  /// Names of the nested models around the layer, the outermost first.
  package let scope: [String]

  init(
    ownName: String, className: String, config: JSONValue, inputs: [Int], scope: [String] = []
  ) {
    name = (scope + [ownName]).joined(separator: "/")
    self.className = className
    self.config = config
    self.inputs = inputs
    self.scope = scope
  }

  /// The name without those of the models around it.
  var ownName: String { scope.isEmpty ? name : String(name.dropFirst(scopeLength)) }

  private var scopeLength: Int { scope.reduce(0) { $0 + $1.count + 1 } }

  /// What an error says of the layer.
  func unsupported(_ reason: String) -> ImportError.Layer {
    ImportError.Layer(name: name, className: className, reason: reason)
  }
}

/// The layers of a Keras model, each after its inputs, nested models laid open, the output last.
package struct KerasArchitecture: Hashable, Sendable {
  /// Of one image.
  package let inputShape: TensorShape
  /// At least one.
  package let layers: [KerasLayer]
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
    self = try reader.read(try JSONValue(importing: json))
  }

  init(inputShape: TensorShape, layers: [KerasLayer], unsupported: [ImportError.Layer] = []) {
    self.inputShape = inputShape
    self.layers = layers
    self.unsupported = unsupported
  }

  /// Checks that all layers are supported; those that are not are one error.
  package func checkLayers() throws(ImportError) { _ = try operations() }
}
