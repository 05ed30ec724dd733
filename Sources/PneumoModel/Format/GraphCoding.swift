import PneumoFiles

// The section 'GRPH' and the weights it refers to. Writing and reading of each record stand
// side by side; `Models/FORMAT.md` has the tables.

/// What an operation is called in a file.
private enum OperationCode: UInt8, CaseIterable {
  case convolution = 1
  case dense = 2
  case pooling = 3
  case globalPooling = 4
  case batchNormalization = 5
  case activation = 6
  case add = 7
  case concatenate = 8
  case flatten = 9
  case zeroPadding = 10
  case dropout = 11
}

extension Operation {
  fileprivate var code: OperationCode {
    switch self {
    case .convolution: .convolution
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
}

/// Writes a graph; weights are collected as they come.
struct GraphEncoder {
  private(set) var graph = ByteWriter()
  private(set) var weights = ByteWriter()

  init(_ value: Graph) {
    write(value.inputShape.dimensions)
    graph.write(value.nodes.count)
    for node in value.nodes {
      graph.write(Int(node.operation.code.rawValue))
      graph.write(node.name)
      write(node.inputs)
      write(node.operation)
    }
  }

  private mutating func write(_ operation: Operation) {
    switch operation {
    case .convolution(let layer):
      write(layer.kernel)
      write(layer.bias)
      write(layer.stride)
      write(layer.padding)
      write(layer.dilation)
      graph.write(layer.groups)
      write(layer.activation)
    case .dense(let layer):
      write(layer.kernel)
      write(layer.bias)
      write(layer.activation)
    case .pooling(let layer):
      graph.write(Int(layer.kind.rawValue))
      write(layer.window)
      write(layer.stride)
      write(layer.padding)
      graph.write(layer.countsPadding)
    case .globalPooling(let kind): graph.write(Int(kind.rawValue))
    case .batchNormalization(let layer):
      write(layer.gamma)
      write(layer.beta)
      write(layer.mean)
      write(layer.variance)
      graph.write(layer.epsilon)
    case .activation(let activation): write(activation)
    case .add, .concatenate: break
    case .flatten(let order): graph.write(Int(order.rawValue))
    case .zeroPadding(let insets): write(insets)
    case .dropout(let rate): graph.write(rate)
    }
  }

  private mutating func write(_ values: [Int]) {
    graph.write(values.count)
    for value in values { graph.write(value) }
  }

  private mutating func write(_ tensor: WeightTensor?) {
    graph.write(tensor != nil)
    if let tensor { write(tensor) }
  }

  private mutating func write(_ tensor: WeightTensor) {
    weights.pad(to: FileLayout.alignment)
    graph.write(Int(tensor.scalarType.rawValue))
    write(tensor.shape)
    graph.write(offset: weights.count)
    tensor.withUnsafeBytes { weights.write(raw: $0) }
  }

  private mutating func write(_ activation: Activation?) {
    graph.write(Int(activation?.rawValue ?? 0))
  }

  private mutating func write(_ extent: Extent) {
    graph.write(extent.height)
    graph.write(extent.width)
  }

  private mutating func write(_ insets: Insets) {
    for inset in [insets.top, insets.bottom, insets.left, insets.right] { graph.write(inset) }
  }

  private mutating func write(_ padding: Padding) {
    switch padding {
    case .valid: graph.write(0)
    case .same: graph.write(1)
    case .explicit(let insets):
      graph.write(2)
      write(insets)
    }
  }
}

/// Reads what ``GraphEncoder`` writes. Weights stay where they are in the file.
struct GraphDecoder {
  private var graph: ByteReader
  private var weights: ByteReader
  private let weightsStart: Int
  private let file: SharedBytes

  /// - Parameter bytes: all of `file`.
  init(_ file: SharedBytes, _ bytes: UnsafeRawBufferPointer, _ layout: FileLayout) {
    self.file = file
    graph = ByteReader(bytes, layout[.graph], section: "section 'GRPH'")
    weights = ByteReader(bytes, layout[.weights], section: "section 'WGTS'")
    weightsStart = layout[.weights].lowerBound
  }

  mutating func read() throws(ModelError) -> Graph {
    let start = graph.offset
    let dimensions = try readInts("axes of the input", limit: 4)
    let shape: TensorShape
    switch dimensions.count {
    case 1: shape = .vector(dimensions[0])
    case 3:
      shape = .image(height: dimensions[0], width: dimensions[1], channels: dimensions[2])
    default:
      throw ModelError(
        .shapeMismatch, "an input of \(dimensions.count) axes, expected 1 or 3", offset: start)
    }
    let count = try graph.readCount("layers", limit: Limits.layers, minimumSize: 12)
    var nodes: [Graph.Node] = []
    nodes.reserveCapacity(count)
    for _ in 0..<count { nodes.append(try readNode()) }
    try graph.finish()
    try weights.finish()
    return try Graph(inputShape: shape, nodes: nodes)
  }

  private mutating func readNode() throws(ModelError) -> Graph.Node {
    let start = graph.offset
    let code = try graph.readInt()
    let name = try graph.readText()
    do throws(ModelError) {
      guard let code = UInt8(exactly: code).flatMap(OperationCode.init) else {
        throw ModelError(
          .unknownOperator,
          "operator \(code) is unknown; this reader knows 1 to \(OperationCode.allCases.count). "
            + "A newer Pneumo may read it", offset: start)
      }
      let inputs = try readInts("inputs", limit: Limits.inputs)
      return Graph.Node(name: name, operation: try readOperation(code), inputs: inputs)
    } catch {
      throw error.naming(layer: name)
    }
  }

  private mutating func readOperation(_ code: OperationCode) throws(ModelError) -> Operation {
    switch code {
    case .convolution:
      let kernel = try readTensor()
      let bias = try readOptionalTensor()
      let stride = try readExtent()
      let padding = try readPadding()
      let dilation = try readExtent()
      return .convolution(
        Convolution(
          kernel: kernel, bias: bias, stride: stride, padding: padding, dilation: dilation,
          groups: try graph.readInt(), activation: try readActivation()))
    case .dense:
      return .dense(
        Dense(
          kernel: try readTensor(), bias: try readOptionalTensor(),
          activation: try readActivation()))
    case .pooling:
      let kind = try graph.readCode("pooling", as: PoolingKind.self)
      let window = try readExtent()
      let stride = try readExtent()
      return .pooling(
        Pooling(
          kind, window: window, stride: stride, padding: try readPadding(),
          countsPadding: try graph.readBool("'counts padding'")))
    case .globalPooling: return .globalPooling(try graph.readCode("pooling"))
    case .batchNormalization:
      return .batchNormalization(
        BatchNormalization(
          gamma: try readTensor(), beta: try readTensor(), mean: try readTensor(),
          variance: try readTensor(), epsilon: try graph.readFloat()))
    case .activation: return .activation(try graph.readCode("activation"))
    case .add: return .add
    case .concatenate: return .concatenate
    case .flatten: return .flatten(try graph.readCode("flatten order"))
    case .zeroPadding: return .zeroPadding(try readInsets())
    case .dropout: return .dropout(rate: try graph.readFloat())
    }
  }

  private mutating func readInts(_ name: String, limit: Int) throws(ModelError) -> [Int] {
    let count = try graph.readCount(name, limit: limit, minimumSize: 4)
    var values: [Int] = []
    for _ in 0..<count { values.append(try graph.readInt()) }
    return values
  }

  private mutating func readOptionalTensor() throws(ModelError) -> WeightTensor? {
    try graph.readBool("'has bias'") ? try readTensor() : nil
  }

  /// Weights stand in the file in the order in which the graph refers to them, without holes.
  private mutating func readTensor() throws(ModelError) -> WeightTensor {
    let type = try graph.readCode("scalar type", as: ScalarType.self)
    let start = graph.offset
    let shape = try readInts("axes of a weight", limit: 4)
    var count = 1
    for extent in shape {
      guard (1...Limits.axis).contains(extent), count <= Limits.elements / extent else {
        throw ModelError(
          .limitExceeded,
          "a weight of shape \(shape); each axis must be 1 to \(Limits.axis), all together at "
            + "most \(Limits.elements) elements", offset: start)
      }
      count *= extent
    }
    let offsetStart = graph.offset
    let offset = try graph.readOffset()
    try weights.skipPadding(to: FileLayout.alignment)
    let expected = weights.offset - weightsStart
    guard offset == expected else {
      let kind: ModelError.Kind =
        offset % FileLayout.alignment != 0
        ? .misaligned : offset < expected ? .sectionOverlap : .hole
      throw ModelError(
        kind, "a weight at \(offset) of section 'WGTS', expected \(expected)", offset: offsetStart)
    }
    let fileOffset = weights.offset
    _ = try weights.take(count * type.byteCount)
    return WeightTensor(shape: shape, scalarType: type, bytes: file, offset: fileOffset)
  }

  private mutating func readActivation() throws(ModelError) -> Activation? {
    var ahead = graph
    if try ahead.readInt() == 0 {
      graph = ahead
      return nil
    }
    return try graph.readCode("activation", as: Activation.self)
  }

  private mutating func readExtent() throws(ModelError) -> Extent {
    Extent(height: try graph.readInt(), width: try graph.readInt())
  }

  private mutating func readInsets() throws(ModelError) -> Insets {
    Insets(
      top: try graph.readInt(), bottom: try graph.readInt(), left: try graph.readInt(),
      right: try graph.readInt())
  }

  private mutating func readPadding() throws(ModelError) -> Padding {
    let start = graph.offset
    switch try graph.readInt() {
    case 0: return .valid
    case 1: return .same
    case 2: return .explicit(try readInsets())
    case let code:
      throw ModelError(
        .unknownValue, "padding \(code) is unknown; this reader knows 0, 1, 2", offset: start)
    }
  }
}
