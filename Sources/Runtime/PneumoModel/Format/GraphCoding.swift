extension Graph {
  /// Writes the input's shape, then the layers. The input is an image, as ``Model`` checks.
  func write(to fields: inout FieldWriter) {
    for extent in inputShape.dimensions { fields.bytes.u32(extent) }
    fields.bytes.u32(nodes.count)
    for node in nodes { node.write(to: &fields) }
  }

  /// Reads and checks a graph. Errors say where in the file the layer stands.
  init(from fields: inout FieldReader) throws(ModelError) {
    let inputShape = TensorShape.image(
      height: try fields.bytes.u32(), width: try fields.bytes.u32(),
      channels: try fields.bytes.u32())
    let count = try fields.bytes.count(of: "layers", limit: Limits.layers, size: Node.minimumSize)
    var nodes: [Node] = []
    var offsets: [Int] = []
    for _ in 0..<count {
      offsets.append(fields.bytes.offset)
      nodes.append(try Node(from: &fields))
    }
    do throws(ModelError) {
      try self.init(inputShape: inputShape, nodes: nodes)
    } catch {
      // The last of this name: of two layers with one name, the second is in error.
      let layer = nodes.lastIndex { $0.name == error.layer }
      throw layer.map { error.at(offset: offsets[$0]) } ?? error
    }
  }
}

extension Graph.Node {
  /// Bytes of a layer without name, inputs and parameters.
  fileprivate static var minimumSize: Int { 9 }

  fileprivate func write(to fields: inout FieldWriter) {
    fields.bytes.text(name)
    fields.bytes.u32(inputs.count)
    for input in inputs { fields.bytes.u32(input) }
    fields.write(operation)
  }

  fileprivate init(from fields: inout FieldReader) throws(ModelError) {
    let name = try fields.bytes.text(limit: Limits.name)
    try Limits.check(name: name, "name of a layer")  // before an error prints it
    do throws(ModelError) {
      let count = try fields.bytes.count(of: "inputs", limit: Limits.inputs, size: 4)
      var inputs: [Int] = []
      for _ in 0..<count { inputs.append(try fields.bytes.u32()) }
      self.init(name: name, operation: try fields.operation(), inputs: inputs)
    } catch {
      throw error.naming(layer: name)
    }
  }
}
