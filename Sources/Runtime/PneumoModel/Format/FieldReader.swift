/// Reads the fields of layers from the graph's section of a `.pnm` file. The counterpart of
/// ``FieldWriter``.
struct FieldReader: FieldVisitor {
  /// What is read.
  var bytes: ByteReader
  /// Where the weights are taken from.
  var weights: WeightReader
  /// The first version of the format that has all that was read.
  private(set) var version = 1

  init(_ bytes: ByteReader, _ weights: WeightReader) {
    self.bytes = bytes
    self.weights = weights
  }

  var type: String { "" }
  var inputs: [TensorShape] { [] }

  /// Reads the code of an operation, its fields, and its weights.
  mutating func operation() throws(ModelError) -> Operation {
    let start = bytes.offset
    let code = try bytes.u8()
    for var operation in Operation.all where Swift.type(of: operation.layer).code == code {
      version = max(version, Swift.type(of: operation.layer).formatVersion)
      try operation.visit(&self)
      return operation
    }
    let known = Operation.all.map { "\(Swift.type(of: $0.layer).code) \($0.layer.type)" }
    throw ModelError(
      .unknownOperator,
      "unknown operator \(code); this version of Pneumo knows " + known.joined(separator: ", "),
      offset: start)
  }

  mutating func size(_ value: inout Int, _ name: String) {}

  mutating func size(_ value: inout Extent, _ name: String) {}

  mutating func count(
    _ value: inout Int, _ name: String, default: Int
  ) throws(ModelError) {
    value = try bytes.u32()
  }

  mutating func extent(
    _ value: inout Extent, _ name: String, default: Extent?
  ) throws(ModelError) {
    value = try Extent(from: &bytes)
  }

  mutating func insets(_ value: inout Insets, _ name: String) throws(ModelError) {
    value = Insets(
      top: try bytes.u32(), bottom: try bytes.u32(), left: try bytes.u32(),
      right: try bytes.u32())
  }

  mutating func padding(_ value: inout Padding, _ name: String) throws(ModelError) {
    let code: PaddingCode = try bytes.code("padding")
    switch code {
    case .valid: value = .valid
    case .same: value = .same
    case .explicit:
      var insets = Insets.zero
      try self.insets(&insets, name)
      value = .explicit(insets)
    }
  }

  mutating func flag(
    _ value: inout Bool, _ name: String, default: Bool
  ) throws(ModelError) {
    value = try bytes.flag("its \(name)")
  }

  mutating func number(
    _ value: inout Float, _ name: String, default: Float?
  ) throws(ModelError) {
    value = try bytes.f32()
  }

  mutating func activation(_ value: inout Activation?, _ name: String) throws(ModelError) {
    var next = bytes
    guard try next.u8() != 0 else {
      bytes = next
      value = nil
      return
    }
    var activation = Activation.relu
    try choice(&activation, name)
    value = activation
  }

  mutating func choice<Choice: FieldChoice>(
    _ value: inout Choice, _ name: String?
  ) throws(ModelError) {
    value = try bytes.code(Choice.fieldName)
    version = max(version, value.formatVersion)
  }

  mutating func kernel(
    _ kernel: inout WeightTensor, bias: inout WeightTensor?, shape: [Int]
  ) throws(ModelError) {
    let hasBias = try bytes.flag("whether there is a bias")
    kernel = try weights.tensor(&bytes)
    bias = hasBias ? try weights.tensor(&bytes) : nil
  }

  mutating func perChannel(
    _ weight: inout WeightTensor, _ name: String, channels: Int, initial: Float, isAverage: Bool
  ) throws(ModelError) {
    weight = try weights.tensor(&bytes)
  }
}

extension Extent {
  init(from reader: inout ByteReader) throws(ModelError) {
    self.init(height: try reader.u32(), width: try reader.u32())
  }
}
