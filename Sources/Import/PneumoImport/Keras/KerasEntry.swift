import PneumoSupport

/// A layer or model in a configuration: `{"class_name": …, "config": {…}, …}`.
struct KerasEntry {
  let json: JSON
  let className: String
  let config: JSON
  let name: String

  /// The classes of configurations that hold layers.
  private static let modelClasses: Set = ["Sequential", "Functional", "Model"]

  init(_ json: JSON) throws(ImportError) {
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

  /// Whether the configuration says which layers there are and how they are connected.
  var isModel: Bool { Self.modelClasses.contains(className) && customName == nil }

  /// The name under which the user registered a class, where it is not Keras' own, which may have
  /// the same name. HDF5 files do not always tell: Keras takes it for its own then, too.
  var customName: String? {
    for name in [className, json["registered_name"]?.string ?? ""] where name.contains(">") {
      return name
    }
    guard let module = json["module"]?.string, !Self.isKeras(module) else { return nil }
    return "\(module).\(className)"
  }

  private static func isKeras(_ module: String) -> Bool {
    ["keras", "tf_keras", "keras_core", "tensorflow.keras", "tensorflow.python.keras"].contains {
      module == $0 || module.hasPrefix("\($0).")
    }
  }

  /// Whether its weights are trained: those that are not are saved after those that are.
  var isTrainable: Bool { config["trainable"]?.bool ?? true }

  /// The layers of a model; the oldest Sequential models are a bare list of them.
  func layers() throws(ImportError) -> [KerasEntry] {
    guard let list = config["layers"]?.array ?? config.array else {
      throw ImportError(.invalidConfiguration, "the model '\(name)' has no list of layers")
    }
    var entries: [KerasEntry] = []
    for json in list { entries.append(try KerasEntry(json)) }
    return entries
  }

  /// The only output that `key`, `input_layers` or `output_layers`, names: `[name, 0, 0]`, alone or
  /// in a list.
  func end(_ key: String) throws(ImportError) -> KerasCall {
    let list = config[key]?.array ?? []
    let ends = list.first?.string != nil ? [.array(list)] : list
    guard ends.count == 1, let end = ends[0].array, let name = end.first?.string else {
      let role = key == "input_layers" ? "input" : "output"
      throw ImportError(
        .invalidConfiguration,
        "the model '\(self.name)' has \(ends.count) \(role)s; models with one are accepted")
    }
    return KerasCall(layer: name, number: end.count > 1 ? end[1].int ?? 0 : 0)
  }

  /// The calls of the layer, in the order of their numbers.
  var calls: [KerasCallInputs] {
    (json["inbound_nodes"]?.array ?? []).map { KerasCallInputs($0) }
  }
}

/// One call of a layer; a shared layer is called several times.
struct KerasCall: Hashable {
  let layer: String
  /// Counted from 0; for a nested model that was built on an input of its own, from 1.
  var number: Int
}

/// What one call of a layer reads, in the dialect of Keras 2, `[["conv", 0, 0, {}], …]`, or of
/// Keras 3, `{"args": [tensor or list of tensors], "kwargs": {}}`.
struct KerasCallInputs {
  private(set) var sources: [KerasCall] = []
  /// What of the call cannot be expressed.
  private(set) var problem: String?

  init(_ node: JSON) {
    if let calls = node.array {
      // Since Keras 2.4 a single call may stand without the list around it.
      let calls = calls.first?.string != nil ? [.array(calls)] : calls
      for call in calls {
        let parts = call.array ?? []
        add(parts)
        if parts.count > 3 { check(parts[3], ignoresTraining: false) }
      }
    } else {
      for argument in node["args"]?.array ?? [] { addTensors(argument) }
      // `predict` of Keras 3 overrides `training`, which augmentation has stored by itself.
      if let keywords = node["kwargs"] { check(keywords, ignoresTraining: true) }
    }
    if sources.isEmpty, problem == nil { problem = "it has no input" }
  }

  private mutating func addTensors(_ argument: JSON) {
    if let list = argument.array {
      for element in list { addTensors(element) }
    } else if argument["class_name"]?.string == "__keras_tensor__" {
      add(argument["config"]?["keras_history"]?.array ?? [])
    } else {
      problem = "it is called with an argument that is not the output of a layer"
    }
  }

  /// Adds the tensor `[layer, call, output]`.
  private mutating func add(_ history: [JSON]) {
    guard history.count > 2, let name = history[0].string, let number = history[1].int,
      history[2].int == 0
    else {
      problem = "it reads something else than the only output of another layer"
      return
    }
    sources.append(KerasCall(layer: name, number: number))
  }

  /// Keyword arguments that are `None` or `False` change nothing.
  private mutating func check(_ keywords: JSON, ignoresTraining: Bool) {
    for keyword in keywords.members ?? [] where ![.null, .bool(false)].contains(keyword.value) {
      if keyword.name == "training", ignoresTraining { continue }
      problem = "it is called with the argument '\(keyword.name)'"
    }
  }
}
