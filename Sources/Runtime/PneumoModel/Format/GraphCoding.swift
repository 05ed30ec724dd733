extension Graph {
  /// Writes the input's shape, then the layers. The input is an image, as ``Model`` checks.
  func write(to writer: inout ByteWriter, _ weights: inout WeightWriter) {
    for extent in inputShape.dimensions { writer.u32(extent) }
    writer.u32(nodes.count)
    for node in nodes { node.write(to: &writer, &weights) }
  }

  /// Reads and checks a graph. Errors say where in the file the layer stands.
  init(from reader: inout ByteReader, _ weights: inout WeightReader) throws(ModelError) {
    let inputShape = TensorShape.image(
      height: try reader.u32(), width: try reader.u32(), channels: try reader.u32())
    let count = try reader.count(of: "layers", limit: Limits.layers, size: Node.minimumSize)
    var nodes: [Node] = []
    var offsets: [Int] = []
    for _ in 0..<count {
      offsets.append(reader.offset)
      nodes.append(try Node(from: &reader, &weights))
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
  fileprivate static let minimumSize = 9

  fileprivate func write(to writer: inout ByteWriter, _ weights: inout WeightWriter) {
    writer.text(name)
    writer.u32(inputs.count)
    for input in inputs { writer.u32(input) }
    operation.write(to: &writer, &weights)
  }

  fileprivate init(
    from reader: inout ByteReader, _ weights: inout WeightReader
  ) throws(ModelError) {
    let name = try reader.text(limit: Limits.name)
    try Limits.check(name: name, "name of a layer")  // before an error prints it
    do throws(ModelError) {
      let count = try reader.count(of: "inputs", limit: Limits.inputs, size: 4)
      var inputs: [Int] = []
      for _ in 0..<count { inputs.append(try reader.u32()) }
      self.init(name: name, operation: try Operation(from: &reader, &weights), inputs: inputs)
    } catch {
      throw error.naming(layer: name)
    }
  }
}
