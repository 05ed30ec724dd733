import PneumoModel

/// A weight as a layer asks for it.
struct WeightRequest {
  /// The names that versions of Keras give it.
  let names: [String]
  let shape: [Int]
  /// Which of the layer's weights it is, from 0, and how many the layer has.
  let index: Int
  let count: Int
}

/// Finds the weights of each layer in a file.
struct KerasWeights: ~Copyable {
  enum Layout: Hashable, Sendable {
    /// A whole model: groups of the layers' names, each with an attribute `weight_names`.
    case model
    /// Keras 2's weights alone: the same groups, whose names depend on what else the Python process
    /// had built. Their order counts.
    case keras2
    /// Keras 3's weights alone: `layers/<class>_<n>/vars/0`, `1`, …
    case keras3
  }

  private let layout: Layout
  private let group: HDF5Group
  /// In the order of the file, the layers that have weights, with the names of these. Empty in the
  /// layout of Keras 3.
  private var stored: [(layer: String, weights: [String])] = []
  private var indexByName: [String: Int] = [:]
  /// How many layers, or layers of each class, have been found so far.
  private var found = 0
  private var foundByClass: [String: Int] = [:]

  /// The weights in `group`, which `layout` describes.
  init(_ group: consuming HDF5Group, layout: Layout) throws(ImportError) {
    self.layout = layout
    if layout != .keras3 {
      for layer in try group.strings("layer_names") ?? [] where group.has(layer) {
        let weights = try group.group(layer).strings("weight_names") ?? []
        if !weights.isEmpty {
          indexByName[layer] = stored.count
          stored.append((layer, weights))
        }
      }
    }
    self.group = group
  }

  /// The numbers of one weight. A layer's weights are asked for in the order of their index, and
  /// layers in the order of the network.
  mutating func tensor(
    _ request: WeightRequest, of layer: KerasLayer
  ) throws(ImportError) -> WeightTensor {
    let path = try path(of: request, layer)
    let dataset = try group.dataset(path)
    let name = group.path(of: path)
    guard dataset.shape == request.shape else {
      throw ImportError(
        .wrongShape,
        "layer '\(layer.name)': its weight '\(name)' should have the shape \(text(request.shape)), "
          + "found \(text(dataset.shape))")
    }
    let values = try dataset.floats()
    guard values.allSatisfy(\.isFinite) else {
      throw ImportError(
        .nonFiniteWeights,
        "layer '\(layer.name)': its weight '\(name)' holds NaN or infinity; train it again")
    }
    return WeightTensor(shape: dataset.shape, values: values)
  }

  /// Checks that the file holds no more layers with weights than were asked for.
  func finish() throws(ImportError) {
    let all =
      switch layout {
      case .model: found
      case .keras2: stored.count
      case .keras3: try layersOfKeras3()
      }
    guard found == all else {
      throw ImportError(
        .networkMismatch,
        "holds weights of \(all) layers, the network has \(found) layers with weights")
    }
  }

  private func layersOfKeras3() throws(ImportError) -> Int {
    let layers = try group.group("layers")
    var count = 0
    for name in try layers.memberNames() {
      let layer = try layers.group(name)
      if layer.has("vars"), try !layer.group("vars").memberNames().isEmpty { count += 1 }
    }
    return count
  }

  private mutating func path(
    of request: WeightRequest, _ layer: KerasLayer
  ) throws(ImportError) -> String {
    if request.index == 0 { found += 1 }
    switch layout {
    case .keras3: return try pathInKeras3(request, layer)
    case .keras2:
      guard found <= stored.count else {
        throw ImportError(
          .networkMismatch,
          "holds weights of \(stored.count) layers, the network's layer '\(layer.name)' is the "
            + "\(found)th with weights")
      }
      return try path(of: request, layer, in: stored[found - 1], nested: false)
    case .model:
      let outermost = layer.scope.first ?? layer.ownName
      guard let index = indexByName[outermost] else {
        throw ImportError(
          .missingWeight,
          "layer '\(layer.name)': there are no weights of '\(outermost)' in '\(group.path)'")
      }
      return try path(of: request, layer, in: stored[index], nested: !layer.scope.isEmpty)
    }
  }

  private func path(
    of request: WeightRequest, _ layer: KerasLayer, in stored: (layer: String, weights: [String]),
    nested: Bool
  ) throws(ImportError) -> String {
    let own =
      nested
      ? stored.weights.filter { weight in
        let owner = weight.split(separator: "/").dropLast().joined(separator: "/")
        return "/\(owner)".hasSuffix("/\(layer.ownName)")
      } : stored.weights
    let matching = own.filter { weight in
      let last = weight.split(separator: "/").last ?? ""
      return request.names.contains(String(last.prefix { $0 != ":" }))
    }
    guard own.count == request.count, matching.count == 1 else {
      throw ImportError(
        layout == .keras2 ? .networkMismatch : .missingWeight,
        "layer '\(layer.name)': expected \(request.count) weights, one named "
          + "'\(request.names[0])'; '\(group.path(of: stored.layer))' holds "
          + (own.isEmpty ? "none" : own.joined(separator: ", ")))
    }
    return "\(stored.layer)/\(matching[0])"
  }

  private mutating func pathInKeras3(
    _ request: WeightRequest, _ layer: KerasLayer
  ) throws(ImportError) -> String {
    let name = snakeCase(layer.className)
    if request.index == 0 { foundByClass[name, default: 0] += 1 }
    let number = foundByClass[name]! - 1
    let path = "layers/" + (number == 0 ? name : "\(name)_\(number)") + "/vars"
    guard try group.group("layers").has(number == 0 ? name : "\(name)_\(number)"),
      try group.group(path).memberNames().count == request.count
    else {
      throw ImportError(
        .networkMismatch,
        "layer '\(layer.name)': expected \(request.count) weights in '\(group.path(of: path))'")
    }
    return "\(path)/\(request.index)"
  }

  /// `Conv2D` as `conv2d`, `BatchNormalization` as `batch_normalization`: Keras' rule, as far as
  /// classes with weights need it.
  private func snakeCase(_ className: String) -> String {
    var text = ""
    let characters = Array(className)
    for (index, character) in characters.enumerated() {
      let startsWord = index + 1 < characters.count && characters[index + 1].isLowercase
      if index > 0, character.isUppercase, startsWord { text.append("_") }
      text += character.lowercased()
    }
    return text
  }

  private func text(_ shape: [Int]) -> String {
    "(" + shape.map(String.init).joined(separator: ", ") + ")"
  }
}
