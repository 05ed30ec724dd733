import PneumoModel

/// Finds the weights of each layer in a file, as Keras does: by order, never by name. Names depend on
/// what else the Python process had built, may be changed by users, and need not be unique.
struct KerasWeights: ~Copyable {
  enum Layout: Hashable, Sendable {
    /// A whole model, or Keras 2's weights alone: in the order of `layer_names` a group for each
    /// layer or nested model, with its weights in the order of `weight_names`.
    case groups
    /// Keras 3's weights alone: `layers/<class>_<n>/vars/0`, `1`, …, where `layers` may have
    /// another name; `n` counts the layers of a class.
    case paths(container: String)
  }

  private let group: HDF5Group
  /// Paths of the weights of each layer, by its ``KerasLayer/storage``.
  private var paths: [Int: [String]] = [:]

  /// The weights in `group`, which belong to `architecture`.
  ///
  /// - Parameter operations: what its layers compute.
  init(
    _ group: consuming HDF5Group, layout: Layout, of architecture: KerasArchitecture,
    _ operations: [KerasOperation]
  ) throws(ImportError) {
    var weights: [Int: [KerasWeightRole]] = [:]
    for (layer, operation) in zip(architecture.layers, operations) {
      weights[layer.storage] = operation.weights
    }
    let order = KerasWeightOrder(weights: weights)
    switch layout {
    case .groups: paths = try Self.groups(group, order, architecture.storage)
    case .paths(let container):
      try Self.findPaths(group, order, architecture.storage, in: container, &paths)
    }
    self.group = group
  }

  /// The scalars of a layer's weight `index`, counted as Keras creates them.
  func tensor(
    _ index: Int, of layer: KerasLayer, shape: [Int]
  ) throws(ImportError) -> WeightTensor {
    let path = paths[layer.storage]![index]
    let dataset = try group.dataset(path)
    let name = group.path(of: path)
    guard dataset.shape == shape else {
      throw ImportError(
        .wrongShape,
        "layer '\(layer.name)': its weight '\(name)' should have the shape \(text(shape)), "
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

  private func text(_ shape: [Int]) -> String {
    "(" + shape.map(String.init).joined(separator: ", ") + ")"
  }

  // MARK: - Groups

  /// The k-th group with weights belongs to the k-th layer or nested model with weights.
  private static func groups(
    _ group: borrowing HDF5Group, _ order: KerasWeightOrder, _ storage: [KerasStorage]
  ) throws(ImportError) -> [Int: [String]] {
    var stored: [(name: String, weights: [String])] = []
    for name in try group.strings("layer_names") ?? [] where group.has(name) {
      let weights = try group.group(name).strings("weight_names") ?? []
      if !weights.isEmpty { stored.append((name, weights)) }
    }
    let expected = storage.map { order.weights(of: $0) }.filter { !$0.isEmpty }
    guard stored.count == expected.count else {
      throw ImportError(
        .networkMismatch,
        "'\(group.path)' holds weights of \(stored.count) layers, the network has "
          + "\(expected.count) layers with weights")
    }
    var paths: [Int: [String]] = [:]
    for ((name, names), weights) in zip(stored, expected) {
      guard names.count == weights.count else {
        throw ImportError(
          .networkMismatch,
          "'\(group.path(of: name))' holds \(names.count) weights, its layers have "
            + "\(weights.count): found \(names.joined(separator: ", "))")
      }
      for (weight, path) in zip(weights, names) {
        let count = order.weights[weight.storage]?.count ?? 0
        paths[weight.storage, default: Array(repeating: "", count: count)][weight.index] =
          "\(name)/\(path)"
      }
    }
    return paths
  }

  // MARK: - Paths

  /// Layers of a class are numbered in the order of their model.
  private static func findPaths(
    _ group: borrowing HDF5Group, _ order: KerasWeightOrder, _ storage: [KerasStorage],
    in container: String, _ paths: inout [Int: [String]]
  ) throws(ImportError) {
    var counts: [String: Int] = [:]
    var expected: Set<String> = []
    for item in storage {
      let className =
        switch item {
        case .layer(_, let className, _), .model(_, let className, _): className
        }
      let name = snakeCase(className)
      let number = counts[name, default: 0]
      counts[name] = number + 1
      let path = "\(container)/" + (number == 0 ? name : "\(name)_\(number)")
      switch item {
      case .model(let layers, _, _):
        try findPaths(group, order, layers, in: "\(path)/layers", &paths)
      case .layer(let storage, _, _):
        let weights = order.weights[storage] ?? []
        guard !weights.isEmpty else { continue }
        let found = try weightCount(group, path)
        guard found == weights.count else {
          throw ImportError(
            .networkMismatch,
            "expected \(weights.count) weights in '\(group.path(of: path))', found \(found)")
        }
        expected.insert(path)
        paths[storage] = weights.indices.map { "\(path)/vars/\($0)" }
      }
    }
    for name in try group.group(container).memberNames() {
      let path = "\(container)/\(name)"
      if expected.contains(path) { continue }
      guard try weightCount(group, path) > 0 else { continue }
      throw ImportError(
        .networkMismatch,
        "holds weights in '\(group.path(of: path))', which no layer of the network has")
    }
  }

  private static func weightCount(
    _ group: borrowing HDF5Group, _ path: String
  ) throws(ImportError) -> Int {
    var holder = ""
    for part in "\(path)/vars".split(separator: "/") {
      let name = String(part)
      let isPresent = holder.isEmpty ? group.has(name) : try group.group(holder).has(name)
      guard isPresent else { return 0 }
      holder += holder.isEmpty ? name : "/\(name)"
    }
    return try group.group(holder).memberNames().count
  }

  /// `Conv2D` as `conv2d`, `BatchNormalization` as `batch_normalization`: Keras' rule, as far as
  /// supported classes need it.
  private static func snakeCase(_ className: String) -> String {
    var text = ""
    let characters = Array(className)
    for (index, character) in characters.enumerated() {
      let startsWord = index + 1 < characters.count && characters[index + 1].isLowercase
      if index > 0, character.isUppercase, startsWord { text.append("_") }
      text += character.lowercased()
    }
    return text
  }
}
