import PneumoCheckpoint
import PneumoModel
import PneumoSupport

/// Lays a model's configuration open to a list of layers.
struct KerasArchitectureReader {
  private var layers: [KerasLayer] = []
  private var unsupported: [ImportError.Layer] = []

  /// The classes of configurations that hold layers.
  private static let modelClasses: Set = ["Sequential", "Functional", "Model"]

  mutating func read(_ json: JSONValue) throws(ImportError) -> KerasArchitecture {
    let model = try Entry(json)
    guard Self.modelClasses.contains(model.className) else {
      throw ImportError(
        .invalidConfiguration,
        "the model is of the class '\(model.className)'; only Sequential and Functional models "
          + "say how their layers are connected")
    }
    let inputShape = try inputShape(of: model)
    let output = try expand(model, input: 0, scope: [])
    guard output == layers.count, output > 0 else {
      throw ImportError(
        .invalidConfiguration, "the model's output is not what its last layer answers")
    }
    return KerasArchitecture(inputShape: inputShape, layers: layers, unsupported: unsupported)
  }

  /// Appends the layers of `model`, whose input is the value `input`, and answers its output.
  private mutating func expand(
    _ model: Entry, input: Int, scope: [String]
  ) throws(ImportError) -> Int {
    if model.className == "Sequential" {
      var value = input
      for entry in try model.layers() where entry.className != "InputLayer" {
        value = try append(entry, inputs: [value], scope: scope)
      }
      return value
    }
    return try expandFunctional(model, input: input, scope: scope)
  }

  /// Appends one layer, or all layers of a nested model, and answers its output.
  ///
  /// - Parameter problem: what is wrong with how the layer is called. A nested model stays closed
  ///   then, so that its problem is told.
  private mutating func append(
    _ entry: Entry, inputs: [Int], scope: [String], problem: String? = nil
  ) throws(ImportError) -> Int {
    if Self.modelClasses.contains(entry.className), inputs.count == 1, problem == nil {
      return try expand(entry, input: inputs[0], scope: scope + [entry.name])
    }
    guard layers.count < Limits.layers else {
      throw ImportError(
        .limitExceeded, "the model has more than \(Limits.layers) layers, the most accepted")
    }
    layers.append(
      KerasLayer(
        ownName: entry.name, className: entry.className, config: entry.config, inputs: inputs,
        scope: scope))
    return layers.count
  }

  /// Walks from the output to the input, so that what nothing needs is left out.
  private mutating func expandFunctional(
    _ model: Entry, input: Int, scope: [String]
  ) throws(ImportError) -> Int {
    var entries: [String: Entry] = [:]
    for entry in try model.layers() {
      guard entries.updateValue(entry, forKey: entry.name) == nil else {
        throw ImportError(.invalidConfiguration, "two layers have the name '\(entry.name)'")
      }
    }
    let inputLayer = try model.end("input_layers")
    let outputLayer = try model.end("output_layers")
    var values = [inputLayer: input]
    var isOpen: Set<String> = []
    // A stack of its own: a hostile chain of layers is deeper than the program's.
    var stack = [outputLayer]
    while let name = stack.last {
      if values[name] != nil {
        stack.removeLast()
        continue
      }
      guard let entry = entries[name], entry.className != "InputLayer" else {
        throw ImportError(
          .invalidConfiguration,
          entries[name] == nil
            ? "a layer reads '\(name)', which is not a layer of the model"
            : "the model has a second input, '\(name)'; models of one image are accepted")
      }
      let (sources, problem) = entry.sources()
      let missing = sources.filter { values[$0] == nil }
      guard missing.isEmpty else {
        guard isOpen.insert(name).inserted else {
          throw ImportError(.invalidConfiguration, "the layer '\(name)' needs its own answer")
        }
        stack += missing.reversed()
        continue
      }
      stack.removeLast()
      values[name] = try append(
        entry, inputs: sources.map { values[$0]! }, scope: scope, problem: problem)
      if let problem {
        unsupported.append(
          ImportError.Layer(
            name: (scope + [name]).joined(separator: "/"), className: entry.className,
            reason: problem))
      }
    }
    return values[outputLayer]!
  }

  /// Height, width and channels, wherever this dialect says them.
  private func inputShape(of model: Entry) throws(ImportError) -> TensorShape {
    let entries = try model.layers()
    let first =
      model.className == "Sequential"
      ? entries.first : entries.first { $0.className == "InputLayer" }
    let candidates =
      [first?.config["batch_shape"], first?.config["batch_input_shape"]]
      + [model.config["build_input_shape"], model.json["build_config"]?["input_shape"]]
    if let shape = candidates.compactMap(\.self).first { return try Self.image(shape) }
    guard let first, Self.modelClasses.contains(first.className) else {
      throw ImportError(
        .invalidConfiguration,
        "the model does not say its input size; give its first layer an input_shape and save it "
          + "again")
    }
    return try inputShape(of: first)
  }

  private static func image(_ shape: JSONValue) throws(ImportError) -> TensorShape {
    let extents = shape.array ?? []
    let sizes = extents.dropFirst().compactMap(\.int)
    guard extents.count == 4, sizes.count == 3, sizes.allSatisfy({ (1...Limits.axis) ~= $0 })
    else {
      let text = extents.map { $0.int.map(String.init) ?? "None" }.joined(separator: ", ")
      throw ImportError(
        .invalidConfiguration,
        "the model's input has the shape (\(text)); expected (None, height, width, channels) with "
          + "fixed height and width")
    }
    return .image(height: sizes[0], width: sizes[1], channels: sizes[2])
  }
}

/// A layer or model in a configuration: `{"class_name": …, "config": {…}, …}`.
private struct Entry {
  let json: JSONValue
  let className: String
  let config: JSONValue
  let name: String

  init(_ json: JSONValue) throws(ImportError) {
    guard let className = json["class_name"]?.string, let config = json["config"] else {
      throw ImportError(
        .invalidConfiguration,
        "expected an object with class_name and config in the model's configuration, found "
          + json.kind)
    }
    self.json = json
    self.className = className
    self.config = config
    name = json["name"]?.string ?? config["name"]?.string ?? className
  }

  /// The layers of a model; the oldest Sequential models are a bare list of them.
  func layers() throws(ImportError) -> [Entry] {
    guard let list = config["layers"]?.array ?? config.array else {
      throw ImportError(.invalidConfiguration, "the model '\(name)' has no list of layers")
    }
    var entries: [Entry] = []
    for json in list { entries.append(try Entry(json)) }
    return entries
  }

  /// The only layer that `key`, `input_layers` or `output_layers`, names: `[name, 0, 0]`, alone or
  /// in a list.
  func end(_ key: String) throws(ImportError) -> String {
    let list = config[key]?.array ?? []
    let ends = list.first?.string != nil ? [.array(list)] : list
    guard ends.count == 1, let name = ends[0].array?.first?.string else {
      let role = key == "input_layers" ? "input" : "output"
      throw ImportError(
        .invalidConfiguration,
        "the model '\(self.name)' has \(ends.count) \(role)s; models with one are accepted")
    }
    return name
  }

  /// Names of the layers that this one reads, and what of it cannot be expressed.
  func sources() -> (names: [String], problem: String?) {
    let nodes = json["inbound_nodes"]?.array ?? []
    guard nodes.count == 1 else {
      return ([], "it is called \(nodes.count) times; layers that are called once are accepted")
    }
    var reader = InboundNode()
    reader.read(nodes[0])
    return (reader.names, reader.problem)
  }
}

/// What one call of a layer reads, in the dialect of Keras 2, `[["conv", 0, 0, {}], …]`, or of
/// Keras 3, `{"args": [tensor or list of tensors], "kwargs": {}}`.
private struct InboundNode {
  var names: [String] = []
  var problem: String?

  mutating func read(_ node: JSONValue) {
    if let calls = node.array {
      // Since Keras 2.4 a single call may stand without the list around it.
      let calls = calls.first?.string != nil ? [.array(calls)] : calls
      for call in calls {
        let parts = call.array ?? []
        add(name: parts.first?.string, output: parts.count > 2 ? parts[2].int : nil)
        if parts.count > 3 { checkKeywords(parts[3]) }
      }
    } else {
      for argument in node["args"]?.array ?? [] { addTensors(argument) }
      if let keywords = node["kwargs"] { checkKeywords(keywords) }
    }
    if names.isEmpty, problem == nil { problem = "it has no input" }
  }

  private mutating func addTensors(_ argument: JSONValue) {
    if let list = argument.array {
      for element in list { addTensors(element) }
    } else if argument["class_name"]?.string == "__keras_tensor__" {
      let history = argument["config"]?["keras_history"]?.array ?? []
      add(name: history.first?.string, output: history.count > 2 ? history[2].int : nil)
    } else {
      problem = "it is called with an argument that is not a layer's answer"
    }
  }

  private mutating func add(name: String?, output: Int?) {
    guard let name, output == 0 else {
      problem = "it reads something else than the only answer of another layer"
      return
    }
    names.append(name)
  }

  /// `training: false` and `mask: null` change nothing.
  private mutating func checkKeywords(_ keywords: JSONValue) {
    for (name, value) in keywords.object ?? [:] where ![.null, .bool(false)].contains(value) {
      problem = "it is called with the argument '\(name)'"
    }
  }
}
