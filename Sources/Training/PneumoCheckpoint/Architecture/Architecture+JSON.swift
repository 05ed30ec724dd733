import PneumoModel
import PneumoSupport

// The text form of an architecture, as described in Models/ARCHITECTURE.md.

extension Architecture {
  /// Reads an architecture; sizes of two sides are written as a number or as [rows, columns].
  ///
  /// - Parameter size: rows and columns of the input instead of those that are declared.
  package init(json: JSON, size: Extent? = nil) throws(CheckpointError) {
    var reader = try MemberReader(json, "architecture")
    let shape = try reader.required(try reader.ints("input"), "input")
    guard shape.count == 3, shape.allSatisfy({ $0 > 0 }) else {
      throw CheckpointError(
        .invalidArchitecture,
        "architecture: 'input' is \(shape), expected rows, columns and channels such as "
          + "[150, 150, 3]")
    }
    let layers = try reader.required(try reader.value("layers")?.array, "layers")
    try reader.finish()
    var network = ArchitectureBuilder(
      inputShape: .image(
        height: size?.height ?? shape[0], width: size?.width ?? shape[1], channels: shape[2]))
    for (index, layer) in layers.enumerated() { try network.append(json: layer, index) }
    self = try network.architecture()
  }

  /// An object that reads back as this architecture.
  package var json: JSON {
    .object([
      "input": .array(inputShape.dimensions.map { .int($0) }),
      "layers": .array(nodes.indices.map { .object(members(of: $0)) }),
    ])
  }

  private func members(of index: Int) -> [JSON.Member] {
    let node = nodes[index]
    var members: [JSON.Member] = [
      .init("name", .string(node.name)), .init("type", .string(node.operation.layer.type)),
    ]
    if node.inputs != [index] {
      let names = node.inputs.map { $0 == 0 ? Self.inputName : nodes[$0 - 1].name }
      members.append(.init("inputs", .array(names.map { .string($0) })))
    }
    var writer = LayerMemberWriter(type: node.operation.layer.type)
    var operation = node.operation
    operation.visit(&writer)
    return members + writer.members
  }
}

extension ArchitectureBuilder {
  fileprivate mutating func append(json: JSON, _ index: Int) throws(CheckpointError) {
    var members = try MemberReader(
      json, json["name"]?.string.map { "layer '\($0)'" } ?? "layer \(index + 1)")
    let types = LayerOperation<WeightSpec>.all.flatMap { operation in
      type(of: operation.layer).types.map { ($0, (type: $0, operation: operation)) }
    }
    let declared = try members.required(try members.choice("type", types), "type")
    let name = try members.string("name") ?? "\(declared.type)\(index + 1)"
    let inputs = try members.strings("inputs") ?? []
    try append(name, inputs: inputs) { shapes throws(CheckpointError) in
      var reader = LayerMemberReader(members, type: declared.type, inputs: shapes)
      var operation = declared.operation
      try operation.visit(&reader)
      try reader.members.finish()
      return operation
    }
  }
}
