import PneumoModel
import PneumoSupport

/// Flattens a model's configuration to a list of layers, each after its inputs.
struct KerasArchitectureReader {
  private var layers: [KerasLayer] = []
  private var unsupported: [ImportError.Layer] = []
  private var names: Set<String> = []
  /// Models that were laid open so far: nested ones that are called twice double with each level.
  private var expansions = 0
  /// The layer of the configuration that each one is a call of, by its place there: a number for
  /// each model around it, and its own.
  private var storageByPlace: [[Int]: Int] = [:]

  mutating func read(_ json: JSON) throws(ImportError) -> KerasArchitecture {
    let model = try KerasEntry(json)
    guard model.isModel else {
      throw ImportError(
        .invalidConfiguration,
        "the model is of the class '\(model.customName ?? model.className)'; only Sequential and "
          + "Functional models say how their layers are connected")
    }
    let inputShape = try inputShape(of: model)
    let output = try expand(model, input: 0, Position())
    guard output == layers.count, output > 0 else {
      throw ImportError(
        .invalidConfiguration, "the model's output is not that of its last layer")
    }
    return KerasArchitecture(
      inputShape: inputShape, layers: layers, storage: try storage(of: model, place: []),
      unsupported: unsupported)
  }

  /// Where a model stands in those around it.
  private struct Position {
    var scope: [String] = []
    var place: [Int] = []

    /// The position of entry `index` with this name.
    func entering(_ name: String, _ index: Int) -> Position {
      Position(scope: scope + [name], place: place + [index])
    }
  }

  /// Appends the layers of `model`, whose input is the value `input`, and returns its output.
  private mutating func expand(
    _ model: KerasEntry, input: Int, _ position: Position
  ) throws(ImportError) -> Int {
    expansions += 1
    guard expansions <= Limits.layers else {
      throw ImportError(
        .limitExceeded,
        "the model calls nested models more than \(Limits.layers) times, the most accepted")
    }
    guard model.className == "Sequential" else {
      return try expandFunctional(model, input: input, position)
    }
    var value = input
    for (index, entry) in try model.layers().enumerated() where entry.className != "InputLayer" {
      value = try append(entry, inputs: [value], position.entering(entry.name, index))
    }
    return value
  }

  /// Appends one layer, or all layers of a nested model, and returns its output.
  ///
  /// - Parameters:
  ///   - position: of the layer itself.
  ///   - problem: what is wrong with how the layer is called. A nested model stays closed then, so
  ///     that its problem is told.
  private mutating func append(
    _ entry: KerasEntry, inputs: [Int], _ position: Position, problem: String? = nil
  ) throws(ImportError) -> Int {
    if entry.isModel, inputs.count == 1, problem == nil {
      return try expand(entry, input: inputs[0], position)
    }
    guard layers.count < Limits.layers else {
      throw ImportError(
        .limitExceeded, "the model has more than \(Limits.layers) layers, the most accepted")
    }
    let storage = storageByPlace[position.place] ?? storageByPlace.count
    storageByPlace[position.place] = storage
    let layer = KerasLayer(
      name: uniqueName(position.scope.joined(separator: "/")), entry: entry, inputs: inputs,
      storage: storage)
    layers.append(layer)
    if let problem { unsupported.append(layer.unsupported(problem)) }
    return layers.count
  }

  /// A graph needs unique names; Keras only asks for it in each model.
  private mutating func uniqueName(_ name: String) -> String {
    var (unique, number) = (name, 1)
    while !names.insert(unique).inserted {
      number += 1
      unique = "\(name)_\(number)"
    }
    return unique
  }

  /// Walks from the output to the input, so that what nothing needs is left out.
  private mutating func expandFunctional(
    _ model: KerasEntry, input: Int, _ position: Position
  ) throws(ImportError) -> Int {
    let network = try FunctionalNetwork(model)
    var values = [network.input: input]
    var isOpen: Set<KerasCall> = []
    // A stack of its own: a hostile chain of layers is deeper than the program's.
    var stack = [network.output]
    while let call = stack.last {
      if values[call] != nil {
        stack.removeLast()
        continue
      }
      let (entry, index, inputs) = try network.inputs(of: call)
      let missing = inputs.sources.filter { values[$0] == nil }
      guard missing.isEmpty else {
        guard isOpen.insert(call).inserted else {
          throw ImportError(
            .invalidConfiguration, "the layer '\(call.layer)' needs its own output")
        }
        stack += missing.reversed()
        continue
      }
      stack.removeLast()
      values[call] = try append(
        entry, inputs: inputs.sources.map { values[$0]! }, position.entering(call.layer, index),
        problem: inputs.problem)
    }
    return values[network.output]!
  }

  /// The layers of `model` in the order in which Keras saves their weights.
  private func storage(
    of model: KerasEntry, place: [Int]
  ) throws(ImportError) -> [KerasStorage] {
    var result: [KerasStorage] = []
    for (index, entry) in try model.layers().enumerated() {
      let place = place + [index]
      if let storage = storageByPlace[place] {
        result.append(
          .layer(storage, className: entry.className, isTrainable: entry.isTrainable))
      } else if entry.isModel {
        result.append(
          .model(
            try storage(of: entry, place: place), className: entry.className,
            isTrainable: entry.isTrainable))
      }
    }
    return result
  }

  /// Height, width and channels, wherever this dialect says them.
  private func inputShape(of model: KerasEntry) throws(ImportError) -> TensorShape {
    let entries = try model.layers()
    let first =
      model.className == "Sequential"
      ? entries.first : entries.first { $0.className == "InputLayer" }
    let candidates =
      [first?.config["batch_shape"], first?.config["batch_input_shape"]]
      + [model.config["build_input_shape"], model.json["build_config"]?["input_shape"]]
    if let shape = candidates.compactMap(\.self).first { return try Self.image(shape) }
    guard let first, first.isModel else {
      throw ImportError(
        .invalidConfiguration,
        "the model does not say its input size; give its first layer an input_shape and save it "
          + "again")
    }
    return try inputShape(of: first)
  }

  private static func image(_ shape: JSON) throws(ImportError) -> TensorShape {
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

/// The layers of a Functional model and their calls.
private struct FunctionalNetwork {
  let input: KerasCall
  let output: KerasCall
  private var indices: [String: Int] = [:]
  private let entries: [KerasEntry]
  private let calls: [[KerasCallInputs]]
  /// The least number by which calls of a layer are named, where it is not 0.
  private var firstCalls: [String: Int] = [:]

  init(_ model: KerasEntry) throws(ImportError) {
    entries = try model.layers()
    calls = entries.map(\.calls)
    input = try model.end("input_layers")
    output = try model.end("output_layers")
    for (index, entry) in entries.enumerated() {
      guard indices.updateValue(index, forKey: entry.name) == nil else {
        throw ImportError(.invalidConfiguration, "two layers have the name '\(entry.name)'")
      }
    }
    for call in calls.joined().flatMap(\.sources) + [output] {
      guard let index = indices[call.layer], entries[index].isModel else { continue }
      firstCalls[call.layer] = min(firstCalls[call.layer] ?? call.number, call.number)
    }
  }

  /// What `call` reads, and the layer and its place in the configuration.
  func inputs(
    of call: KerasCall
  ) throws(ImportError) -> (entry: KerasEntry, index: Int, inputs: KerasCallInputs) {
    guard let index = indices[call.layer] else {
      throw ImportError(
        .invalidConfiguration, "a layer reads '\(call.layer)', which is not a layer of the model")
    }
    guard entries[index].className != "InputLayer" else {
      throw ImportError(
        .invalidConfiguration,
        "the model has a second input, '\(call.layer)'; models of one image are accepted")
    }
    let number = call.number - (firstCalls[call.layer] ?? 0)
    guard calls[index].indices.contains(number) else {
      throw ImportError(
        .invalidConfiguration,
        "a layer reads call \(call.number) of '\(call.layer)', which is called "
          + "\(calls[index].count) times")
    }
    return (entries[index], index, calls[index][number])
  }
}
