import PneumoConsole
import PneumoImport
import PneumoModel
import PneumoSupport

extension Operation {
  /// The layer in a few words: `Convolution 3×3/2, relu`.
  var summary: String {
    switch self {
    case .convolution(let layer):
      let window = Extent(height: layer.kernel.shape[0], width: layer.kernel.shape[1])
      let dilation = layer.dilation == Extent(1) ? "" : ", dilation \(layer.dilation)"
      let groups = layer.groups == 1 || layer.isDepthwise ? "" : ", \(layer.groups) groups"
      return name + Self.window(window, layer.stride) + dilation + groups + suffix(layer.activation)
    case .dense(let layer): return name + suffix(layer.activation)
    case .pooling(let layer): return name + Self.window(layer.window, layer.stride)
    case .activation(let activation): return name + suffix(activation)
    default: return name
    }
  }

  private static func window(_ window: Extent, _ stride: Extent) -> String {
    guard stride != Extent(1) else { return " \(window)" }
    return stride.height == stride.width ? " \(window)/\(stride.height)" : " \(window)/\(stride)"
  }

  private func suffix(_ activation: Activation?) -> String {
    activation.map { ", \($0)" } ?? ""
  }
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
