import PneumoModel
import PneumoSupport

// The text form of an architecture, as Models/ARCHITECTURE.md tells.

extension Architecture {
  /// Reads an architecture; sides of 2 are written as numbers or as [rows, columns].
  package init(json: JSON) throws(CheckpointError) {
    var reader = try MemberReader(json, "architecture")
    let shape = try reader.required(try reader.ints("input"), "input")
    guard shape.count == 3, shape.allSatisfy({ $0 > 0 }) else {
      throw CheckpointError(
        .invalidArchitecture,
        "architecture: 'input' is \(shape), expected rows, columns and channels such as "
          + "[150, 150, 3]")
    }
    inputShape = .image(height: shape[0], width: shape[1], channels: shape[2])
    let list = try reader.required(try reader.value("layers")?.array, "layers")
    try reader.finish()
    layers = []
    for (index, value) in list.enumerated() { layers.append(try Layer(json: value, index)) }
  }

  /// An object that reads back as this architecture.
  package var json: JSON {
    .object([
      "input": .array(inputShape.dimensions.map { .int($0) }),
      "layers": .array(layers.map(\.json)),
    ])
  }
}

extension Architecture.Layer {
  fileprivate init(json: JSON, _ index: Int) throws(CheckpointError) {
    let owner = json["name"]?.string.map { "layer '\($0)'" } ?? "layer \(index + 1)"
    var reader = try MemberReader(json, owner)
    let type = try reader.required(
      try reader.choice("type", LayerType.allCases.map { ($0.rawValue, $0) }), "type")
    name = try reader.string("name") ?? "\(type.rawValue)\(index + 1)"
    inputs = try reader.strings("inputs") ?? []
    l2 = 0
    if [.convolution, .depthwise, .dense].contains(type) { l2 = try reader.float("l2") ?? 0 }
    kind = try type.read(&reader)
    try reader.finish()
  }

  fileprivate var json: JSON {
    var members: [JSON.Member] = [
      .init("name", .string(name)), .init("type", .string(kind.type.rawValue)),
    ]
    if !inputs.isEmpty { members.append(.init("inputs", .array(inputs.map { .string($0) }))) }
    members += kind.members
    if l2 != 0 { members.append(.init("l2", .float(l2))) }
    return .object(members)
  }
}

private enum LayerType: String, CaseIterable {
  case convolution, depthwise, dense, pooling
  case globalPooling = "global_pooling"
  case batchNormalization = "batch_normalization"
  case activation, add, concatenate, flatten
  case zeroPadding = "zero_padding"
  case dropout

  /// The layer, from the members that its type has.
  func read(_ reader: inout MemberReader) throws(CheckpointError) -> Architecture.Kind {
    switch self {
    case .convolution:
      return .convolution(
        filters: try reader.required(try reader.int("filters"), "filters"),
        kernel: try reader.required(try reader.extent("kernel"), "kernel"),
        stride: try reader.extent("stride") ?? Extent(1),
        padding: try reader.padding() ?? .valid,
        dilation: try reader.extent("dilation") ?? Extent(1), groups: try reader.int("groups") ?? 1,
        activation: try reader.activation(), hasBias: try reader.bool("bias") ?? true)
    case .depthwise:
      return .depthwiseConvolution(
        kernel: try reader.required(try reader.extent("kernel"), "kernel"),
        stride: try reader.extent("stride") ?? Extent(1),
        padding: try reader.padding() ?? .valid,
        dilation: try reader.extent("dilation") ?? Extent(1),
        activation: try reader.activation(), hasBias: try reader.bool("bias") ?? true)
    case .dense:
      return .dense(
        units: try reader.required(try reader.int("units"), "units"),
        activation: try reader.activation(), hasBias: try reader.bool("bias") ?? true)
    case .pooling:
      let kind = try reader.poolingKind()
      let window = try reader.required(try reader.extent("window"), "window")
      return .pooling(
        Pooling(
          kind, window: window, stride: try reader.extent("stride") ?? window,
          padding: try reader.padding() ?? .valid,
          countsPadding: try reader.bool("counts_padding") ?? false))
    case .globalPooling: return .globalPooling(try reader.poolingKind())
    case .batchNormalization:
      return .batchNormalization(
        epsilon: try reader.float("epsilon") ?? 1e-3, momentum: try reader.float("momentum") ?? 0.99
      )
    case .activation:
      return .activation(try reader.required(try reader.activation("function"), "function"))
    case .add: return .add
    case .concatenate: return .concatenate
    case .flatten: return .flatten
    case .zeroPadding:
      let sides = try reader.required(try reader.ints("insets"), "insets")
      return .zeroPadding(try Insets(sides: sides))
    case .dropout:
      return .dropout(rate: try reader.required(try reader.float("rate"), "rate"))
    }
  }
}

extension Architecture.Kind {
  fileprivate var type: LayerType {
    switch self {
    case .convolution: .convolution
    case .depthwiseConvolution: .depthwise
    case .dense: .dense
    case .pooling: .pooling
    case .globalPooling: .globalPooling
    case .batchNormalization: .batchNormalization
    case .activation: .activation
    case .add: .add
    case .concatenate: .concatenate
    case .flatten: .flatten
    case .zeroPadding: .zeroPadding
    case .dropout: .dropout
    }
  }

  fileprivate var members: [JSON.Member] {
    switch self {
    case .convolution(
      let filters, let kernel, let stride, let padding, let dilation, let groups,
      let activation, let hasBias):
      return [
        .init("filters", .int(filters)), .init("kernel", kernel.json),
        .init("stride", stride.json), .init("padding", padding.json),
        .init("dilation", dilation.json), .init("groups", .int(groups)),
        .init("activation", activation.json), .init("bias", .bool(hasBias)),
      ]
    case .depthwiseConvolution(
      let kernel, let stride, let padding, let dilation, let activation, let hasBias):
      return [
        .init("kernel", kernel.json), .init("stride", stride.json),
        .init("padding", padding.json), .init("dilation", dilation.json),
        .init("activation", activation.json), .init("bias", .bool(hasBias)),
      ]
    case .dense(let units, let activation, let hasBias):
      return [
        .init("units", .int(units)), .init("activation", activation.json),
        .init("bias", .bool(hasBias)),
      ]
    case .pooling(let pooling):
      return [
        .init("kind", pooling.kind.json), .init("window", pooling.window.json),
        .init("stride", pooling.stride.json), .init("padding", pooling.padding.json),
        .init("counts_padding", .bool(pooling.countsPadding)),
      ]
    case .globalPooling(let kind): return [.init("kind", kind.json)]
    case .batchNormalization(let epsilon, let momentum):
      return [.init("epsilon", .float(epsilon)), .init("momentum", .float(momentum))]
    case .activation(let activation):
      return [.init("function", .string(activation.description))]
    case .add, .concatenate, .flatten: return []
    case .zeroPadding(let insets): return [.init("insets", insets.json)]
    case .dropout(let rate): return [.init("rate", .float(rate))]
    }
  }
}

extension MemberReader {
  fileprivate mutating func extent(_ name: String) throws(CheckpointError) -> Extent? {
    guard let value = try value(name) else { return nil }
    if let side = value.int, side > 0 { return Extent(side) }
    if let sides = value.array?.compactMap(\.int), sides.count == 2, value.array?.count == 2,
      sides.allSatisfy({ $0 > 0 })
    {
      return Extent(height: sides[0], width: sides[1])
    }
    throw CheckpointError(
      .invalidArchitecture,
      "'\(name)' is \(value.kind), expected a number above 0, or [rows, columns]")
  }

  fileprivate mutating func padding() throws(CheckpointError) -> Padding? {
    guard let value = try value("padding") else { return nil }
    if value.string == "valid" { return .valid }
    if value.string == "same" { return .same }
    if let sides = value.array?.compactMap(\.int), sides.count == value.array?.count {
      return .explicit(try Insets(sides: sides))
    }
    throw CheckpointError(
      .invalidArchitecture,
      "'padding' must be valid, same, or [top, bottom, left, right]")
  }

  fileprivate mutating func activation(
    _ name: String = "activation"
  ) throws(CheckpointError) -> Activation? {
    try choice(name, Activation.allCases.map { ($0.description, $0) })
  }

  fileprivate mutating func poolingKind() throws(CheckpointError) -> PoolingKind {
    try required(try choice("kind", [("max", PoolingKind.max), ("average", .average)]), "kind")
  }
}

extension Insets {
  fileprivate init(sides: [Int]) throws(CheckpointError) {
    guard sides.count == 4, sides.allSatisfy({ $0 >= 0 }) else {
      throw CheckpointError(
        .invalidArchitecture, "\(sides), expected four numbers: [top, bottom, left, right]")
    }
    self.init(top: sides[0], bottom: sides[1], left: sides[2], right: sides[3])
  }

  fileprivate var json: JSON { .array([top, bottom, left, right].map { .int($0) }) }
}

extension Extent {
  fileprivate var json: JSON {
    height == width ? .int(height) : .array([.int(height), .int(width)])
  }
}

extension Padding {
  fileprivate var json: JSON {
    switch self {
    case .valid: "valid"
    case .same: "same"
    case .explicit(let insets): insets.json
    }
  }
}

extension PoolingKind {
  fileprivate var json: JSON { self == .max ? "max" : "average" }
}

extension Activation? {
  fileprivate var json: JSON { map { .string($0.description) } ?? .null }
}
