import PneumoModel
import PneumoSupport

/// Writes the fields of a layer as members of its JSON object.
struct LayerMemberWriter: FieldVisitor {
  let type: String
  private(set) var members: [JSON.Member] = []

  init(type: String) { self.type = type }

  var inputs: [TensorShape] { [] }

  private mutating func append(_ name: String, _ value: JSON) {
    members.append(JSON.Member(name, value))
  }

  mutating func size(_ value: inout Int, _ name: String) { append(name, .int(value)) }

  mutating func size(_ value: inout Extent, _ name: String) { append(name, value.json) }

  mutating func count(_ value: inout Int, _ name: String, default: Int) {
    append(name, .int(value))
  }

  mutating func extent(_ value: inout Extent, _ name: String, default: Extent?) {
    append(name, value.json)
  }

  mutating func insets(_ value: inout Insets, _ name: String) { append(name, value.json) }

  mutating func padding(_ value: inout Padding, _ name: String) {
    switch value {
    case .valid: append(name, "valid")
    case .same: append(name, "same")
    case .explicit(let insets): append(name, insets.json)
    }
  }

  mutating func flag(_ value: inout Bool, _ name: String, default: Bool) {
    append(name, .bool(value))
  }

  mutating func number(_ value: inout Float, _ name: String, default: Float?) {
    append(name, .float(value))
  }

  mutating func activation(_ value: inout Activation?, _ name: String) {
    append(name, value.map { .string($0.description) } ?? .null)
  }

  mutating func choice(_ value: inout some FieldChoice, _ name: String?) {
    if let name { append(name, .string(value.description)) }
  }

  mutating func kernel(_ kernel: inout WeightSpec, bias: inout WeightSpec?, shape: [Int]) {
    append("bias", .bool(bias != nil))
    if kernel.penalty != 0 { append("l2", .float(kernel.penalty)) }
  }

  mutating func perChannel(
    _ weight: inout WeightSpec, _ name: String, channels: Int, initial: Float, isAverage: Bool
  ) {
    // The averages of a layer have one momentum.
    guard case .movingAverage(let momentum) = weight.learning,
      !members.contains(where: { $0.name == "momentum" })
    else { return }
    append("momentum", .float(momentum))
  }
}

extension Insets {
  fileprivate var json: JSON { .array([top, bottom, left, right].map { .int($0) }) }
}

extension Extent {
  fileprivate var json: JSON {
    height == width ? .int(height) : .array([.int(height), .int(width)])
  }
}
