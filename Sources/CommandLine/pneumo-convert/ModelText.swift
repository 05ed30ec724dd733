import PneumoConsole
import PneumoImport
import PneumoModel
import PneumoSupport

extension Operation {
  /// The layer in a few words: `Convolution 3×3/2, relu`.
  var summary: String {
    var writer = SummaryWriter(type: layer.type)
    var operation = self
    operation.visit(&writer)
    return name + writer.text
  }
}

/// Writes the fields of a layer that a table of layers shows: sizes of windows, and what differs from
/// the usual.
private struct SummaryWriter: FieldVisitor {
  let type: String
  var inputs: [TensorShape] { [] }
  private(set) var text = ""

  init(type: String) { self.type = type }

  mutating func size(_ value: inout Int, _ name: String) {}

  mutating func size(_ value: inout Extent, _ name: String) { text += " \(value)" }

  mutating func count(_ value: inout Int, _ name: String, default usual: Int) {
    if value != usual { text += ", \(value) \(name)" }
  }

  mutating func extent(_ value: inout Extent, _ name: String, default usual: Extent?) {
    if name == "stride" {
      guard value != Extent(1) else { return }
      text += value.height == value.width ? "/\(value.height)" : "/\(value)"
    } else if usual == nil {
      text += " \(value)"
    } else if value != usual {
      text += ", \(name) \(value)"
    }
  }

  mutating func insets(_ value: inout Insets, _ name: String) {}

  mutating func padding(_ value: inout Padding, _ name: String) {}

  mutating func flag(_ value: inout Bool, _ name: String, default usual: Bool) {}

  mutating func number(_ value: inout Float, _ name: String, default usual: Float?) {}

  mutating func activation(_ value: inout Activation?, _ name: String) {
    if let value { text += ", \(value)" }
  }

  mutating func choice(_ value: inout some FieldChoice, _ name: String?) {
    if name == "function" { text += ", \(value)" }
  }

  mutating func kernel(
    _ kernel: inout WeightTensor, bias: inout WeightTensor?, shape: [Int]
  ) {}

  mutating func perChannel(
    _ weight: inout WeightTensor, _ name: String, channels: Int, initial: Float, isAverage: Bool
  ) {}
}

extension Graph {
  /// Whether each layer reads the one before and nothing else.
  var isChain: Bool {
    nodes.enumerated().allSatisfy { $0.element.inputs == [$0.offset] }
  }

  /// Names of what layer `index` reads.
  func inputNames(of index: Int) -> [String] {
    nodes[index].inputs.map { $0 == 0 ? "input" : nodes[$0 - 1].name }
  }

  /// How kernels are stored.
  var precision: ScalarType {
    let isNarrow = nodes.contains {
      $0.operation.weights.contains { $0.tensor.scalarType == .float16 }
    }
    return isNarrow ? .float16 : .float32
  }

  /// One row a layer, with what it reads unless each reads the one before.
  ///
  /// - Parameters:
  ///   - remarks: a last column, by the names of layers.
  ///   - identities: layers that stood between these.
  func table(remarks: [String: String] = [:], identities: [IdentityLayer] = []) -> String {
    var columns = [
      Table.Column("Layer"), Table.Column("Type"), Table.Column("Output shape"),
      Table.Column("Parameters", .right),
    ]
    if !isChain { columns.append(Table.Column("Reads")) }
    if !remarks.isEmpty { columns.append(Table.Column("In the .pnm file")) }
    var table = Table(columns)
    func appendIdentities(before index: Int) {
      for layer in identities where layer.position == index {
        let type = layer.className == "Identity" ? "Identity" : "Identity (\(layer.className))"
        var row = [layer.name, type, layer.outputShape.description, "0"]
        if !isChain { row.append("") }
        if !remarks.isEmpty { row.append("left out") }
        table.append(row)
      }
    }
    for (index, node) in nodes.enumerated() {
      appendIdentities(before: index)
      var row = [
        node.name, node.operation.summary, shapes[index + 1].description,
        Format.grouped(node.operation.parameterCount),
      ]
      if !isChain { row.append(inputNames(of: index).joined(separator: ", ")) }
      if !remarks.isEmpty { row.append(remarks[node.name] ?? "") }
      table.append(row)
    }
    appendIdentities(before: nodes.count)
    return table.text
  }
}

extension Preprocessing {
  /// What happens to an image: `resized to 150×150 (nearest), rgb, x * 0.003921569`.
  var summary: String {
    var text = appliesOrientation ? "turned as EXIF says, " : ""
    text += "\(colorMode), resized to \(size) (\(filter)), "
    func list(_ values: [Float]) -> String {
      Set(values).count == 1
        ? "\(values[0])" : "(\(values.map { "\($0)" }.joined(separator: ", ")))"
    }
    var value = "x"
    if scale.contains(where: { $0 != 1 }) { value += " * \(list(scale))" }
    if mean.contains(where: { $0 != 0 }) { value += " - \(list(mean))" }
    if standardDeviation.contains(where: { $0 != 1 }) {
      value = (value == "x" ? value : "(\(value))") + " / \(list(standardDeviation))"
    }
    return text + value
  }
}

extension Model {
  /// What the outputs mean: `NORMAL or PNEUMONIA (above 0.5), sigmoid`.
  var outputSummary: String {
    guard labels.count == 2 else {
      return "\(labels.joined(separator: ", ")) (\(outputActivation))"
    }
    return "\(labels[0]), or \(labels[1]) where its probability is above \(threshold) "
      + "(\(outputActivation))"
  }
}
