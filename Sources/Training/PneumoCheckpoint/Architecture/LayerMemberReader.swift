import PneumoModel
import PneumoSupport

/// Reads the fields of a layer from the members of its JSON object, and declares its weights by the
/// shapes that it reads.
struct LayerMemberReader: FieldVisitor {
  var members: MemberReader
  let type: String
  let inputs: [TensorShape]
  private var momentum: Float?

  init(_ members: MemberReader, type: String, inputs: [TensorShape]) {
    self.members = members
    self.type = type
    self.inputs = inputs
  }

  /// The most elements of a weight that is declared.
  private static let maximumCount = 1 << 26

  mutating func size(_ value: inout Int, _ name: String) throws(CheckpointError) {
    value = try members.required(try members.int(name), name)
    guard value > 0 else {
      throw members.error("'\(name)' is \(value), expected a number above 0")
    }
  }

  mutating func size(_ value: inout Extent, _ name: String) throws(CheckpointError) {
    value = try members.required(try extent(name), name)
  }

  mutating func count(
    _ value: inout Int, _ name: String, default other: Int
  ) throws(CheckpointError) {
    value = try members.int(name) ?? other
  }

  mutating func extent(
    _ value: inout Extent, _ name: String, default other: Extent?
  ) throws(CheckpointError) {
    value = try members.required(try extent(name) ?? other, name)
  }

  mutating func insets(_ value: inout Insets, _ name: String) throws(CheckpointError) {
    value = try insets(try members.required(try members.ints(name), name), name)
  }

  mutating func padding(_ value: inout Padding, _ name: String) throws(CheckpointError) {
    guard let found = try members.value(name) else {
      value = .valid
      return
    }
    if let sides = found.array {
      value = .explicit(try insets(sides.map { $0.int ?? -1 }, name))
    } else if found.string == "valid" {
      value = .valid
    } else if found.string == "same" {
      value = .same
    } else {
      throw members.error("'\(name)' must be valid, same, or [top, bottom, left, right]")
    }
  }

  mutating func flag(
    _ value: inout Bool, _ name: String, default other: Bool
  ) throws(CheckpointError) {
    value = try members.bool(name) ?? other
  }

  mutating func number(
    _ value: inout Float, _ name: String, default other: Float?
  ) throws(CheckpointError) {
    value = try members.required(try members.float(name) ?? other, name)
  }

  mutating func activation(
    _ value: inout Activation?, _ name: String
  ) throws(CheckpointError) {
    value = try members.choice(name, Activation.allCases.map { ($0.description, $0) })
  }

  mutating func choice<Choice: FieldChoice>(
    _ value: inout Choice, _ name: String?
  ) throws(CheckpointError) {
    guard let name else { return }
    let choices = Choice.allCases.map { ($0.description, $0) }
    value = try members.required(try members.choice(name, choices), name)
  }

  mutating func kernel(
    _ kernel: inout WeightSpec, bias: inout WeightSpec?, shape: [Int]
  ) throws(CheckpointError) {
    let hasBias = try members.bool("bias") ?? true
    var count = 1
    for extent in shape {
      guard extent > 0, count <= Self.maximumCount / extent else {
        throw members.error(
          "its kernel would have the shape \(shape); at most \(Self.maximumCount) elements are "
            + "accepted")
      }
      count *= extent
    }
    kernel = .kernel(shape, penalty: try members.float("l2") ?? 0)
    bias = hasBias ? .bias(shape[shape.count - 1]) : nil
  }

  mutating func perChannel(
    _ weight: inout WeightSpec, _ name: String, channels: Int, initial: Float, isAverage: Bool
  ) throws(CheckpointError) {
    weight = WeightSpec(shape: [channels], initializer: .constant(initial))
    guard isAverage else { return }
    if momentum == nil { momentum = try members.float("momentum") ?? 0.99 }
    weight.learning = .movingAverage(momentum: momentum ?? 0.99)
  }

  // MARK: Values

  private mutating func extent(_ name: String) throws(CheckpointError) -> Extent? {
    guard let value = try members.value(name) else { return nil }
    if let side = value.int, side > 0 { return Extent(side) }
    if let sides = value.array?.compactMap(\.int), sides.count == 2, value.array?.count == 2,
      sides.allSatisfy({ $0 > 0 })
    {
      return Extent(height: sides[0], width: sides[1])
    }
    throw members.error(
      "'\(name)' is \(value.kind), expected a number above 0, or [rows, columns]")
  }

  private func insets(_ sides: [Int], _ name: String) throws(CheckpointError) -> Insets {
    guard sides.count == 4, sides.allSatisfy({ $0 >= 0 }) else {
      throw members.error(
        "'\(name)' is \(sides), expected four numbers: [top, bottom, left, right]")
    }
    return Insets(top: sides[0], bottom: sides[1], left: sides[2], right: sides[3])
  }
}
