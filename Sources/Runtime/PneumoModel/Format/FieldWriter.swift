/// Writes the fields of layers as the graph's section of a `.pnm` file has them.
struct FieldWriter: FieldVisitor {
  /// What is written.
  var bytes = ByteWriter()
  /// What the weights' section will hold.
  private(set) var weights = WeightWriter()
  /// The first version of the format that has all that was written.
  private(set) var version = 1

  var type: String { "" }
  var inputs: [TensorShape] { [] }

  /// Writes the code of an operation, its fields, and references to its weights.
  mutating func write(_ operation: Operation) {
    let type = Swift.type(of: operation.layer)
    bytes.u8(type.code)
    version = max(version, type.formatVersion)
    var operation = operation
    operation.visit(&self)
  }

  mutating func size(_ value: inout Int, _ name: String) {}

  mutating func size(_ value: inout Extent, _ name: String) {}

  mutating func count(_ value: inout Int, _ name: String, default: Int) { bytes.u32(value) }

  mutating func extent(_ value: inout Extent, _ name: String, default: Extent?) {
    value.write(to: &bytes)
  }

  mutating func insets(_ value: inout Insets, _ name: String) {
    for inset in [value.top, value.bottom, value.left, value.right] { bytes.u32(inset) }
  }

  mutating func padding(_ value: inout Padding, _ name: String) {
    bytes.u8(PaddingCode(value).rawValue)
    if case .explicit(var insets) = value { self.insets(&insets, name) }
  }

  mutating func flag(_ value: inout Bool, _ name: String, default: Bool) { bytes.flag(value) }

  mutating func number(_ value: inout Float, _ name: String, default: Float?) { bytes.f32(value) }

  mutating func activation(_ value: inout Activation?, _ name: String) {
    guard var activation = value else { return bytes.u8(0) }
    choice(&activation, name)
  }

  mutating func choice(_ value: inout some FieldChoice, _ name: String?) {
    bytes.u8(value.rawValue)
    version = max(version, value.formatVersion)
  }

  mutating func kernel(
    _ kernel: inout WeightTensor, bias: inout WeightTensor?, shape: [Int]
  ) {
    bytes.flag(bias != nil)
    weights.reference(kernel, in: &bytes)
    if let bias { weights.reference(bias, in: &bytes) }
  }

  mutating func perChannel(
    _ weight: inout WeightTensor, _ name: String, channels: Int, initial: Float, isAverage: Bool
  ) {
    weights.reference(weight, in: &bytes)
  }
}

/// How the file names the kinds of padding.
enum PaddingCode: UInt8, CaseIterable {
  case valid = 0
  case same = 1
  case explicit = 2

  init(_ padding: Padding) {
    switch padding {
    case .valid: self = .valid
    case .same: self = .same
    case .explicit: self = .explicit
    }
  }
}

extension Extent {
  func write(to writer: inout ByteWriter) {
    writer.u32(height)
    writer.u32(width)
  }
}
