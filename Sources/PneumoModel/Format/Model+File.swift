import PneumoFiles

extension Model {
  /// The bytes of a `.pnm` file with this model. The same model always gives the same bytes.
  public func encoded() -> [UInt8] {
    let graph = GraphEncoder(graph)
    let metadata = Metadata(
      preprocessing: preprocessing, labels: labels, threshold: threshold, card: card)
    return FileLayout.file([
      .graph: graph.graph.bytes, .metadata: metadata.encoded(), .weights: graph.weights.bytes,
    ])
  }

  /// Writes a `.pnm` file, whole or not at all.
  public func write(to path: String) throws(ModelError) {
    do throws(FileError) {
      try writeAtomically(encoded(), to: path)
    } catch {
      throw ModelError(error)
    }
  }

  /// Reads a `.pnm` file. Its weights are used from a mapping of the file.
  public init(contentsOf path: String) throws(ModelError) {
    let bytes: SharedBytes
    do throws(FileError) {
      bytes = try SharedBytes.mapping(path, limit: Limits.fileSize)
    } catch {
      throw ModelError(error)
    }
    do throws(ModelError) {
      try self.init(bytes)
    } catch {
      throw error.naming(file: path)
    }
  }

  /// Reads the bytes of a `.pnm` file.
  public init(bytes: [UInt8]) throws(ModelError) { try self.init(SharedBytes(copying: bytes)) }

  private init(_ file: SharedBytes) throws(ModelError) {
    let (graph, metadata) = try file.withUnsafeBytes {
      (bytes: UnsafeRawBufferPointer) throws(ModelError) -> (Graph, Metadata) in
      let layout = try FileLayout(checking: bytes)
      var decoder = GraphDecoder(file, bytes, layout)
      let graph = try decoder.read()
      var reader = ByteReader(bytes, layout[.metadata], section: "section 'META'")
      return (graph, try Metadata(reading: &reader))
    }
    try self.init(
      graph: graph, preprocessing: metadata.preprocessing, labels: metadata.labels,
      threshold: metadata.threshold, card: metadata.card)
  }

  /// The same model with the kernels of its layers stored as `type`. Biases and the statistics of
  /// batch normalisation, which are few and matter, stay as they are.
  public func converting(weights type: ScalarType) throws(ModelError) -> Model {
    let nodes = graph.nodes.map { node in
      var node = node
      switch node.operation {
      case .convolution(var layer):
        layer.kernel = layer.kernel.converted(to: type)
        node.operation = .convolution(layer)
      case .dense(var layer):
        layer.kernel = layer.kernel.converted(to: type)
        node.operation = .dense(layer)
      default: break
      }
      return node
    }
    return try Model(
      graph: Graph(inputShape: graph.inputShape, nodes: nodes), preprocessing: preprocessing,
      labels: labels, threshold: threshold, card: card)
  }
}
