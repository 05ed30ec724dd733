import PneumoCheckpoint
import PneumoConsole
import PneumoModel
import PneumoSupport

/// All that a `.pnm` file holds, except for the numbers.
struct Inspection {
  let path: String
  let model: Model
  let sections: [FileSection]

  init(of path: String) throws(ModelError) {
    self.path = path
    model = try Model(contentsOf: path)
    sections = try FileSection.list(ofFileAt: path)
  }

  private var card: [(name: String, text: String)] {
    let card = model.card
    return [
      ("name", card.name), ("description", card.description), ("source", card.source),
      ("data", card.data), ("license", card.license), ("creator", card.creator),
      ("date", card.date), ("limitations", card.limitations),
    ]
  }

  var text: String {
    let graph = model.graph
    var text = """
      \(path): \(Format.bytes(fileSize(of: path))), \(graph.precision.name)

      \(graph.table())\
      \(Format.grouped(graph.parameterCount)) parameters

      Input   \(model.preprocessing.summary)
      Output  \(model.outputSummary)

      """
    let entries =
      card.filter { !$0.text.isEmpty }
      + model.card.metrics.map { ($0.name, "\($0.value)") }
    if !entries.isEmpty {
      text += "\nCard\n"
      for (name, entry) in entries { text += "  \(name): \(entry)\n" }
    }
    var table = Table([
      Table.Column("Section"), Table.Column("Offset", .right), Table.Column("Bytes", .right),
    ])
    for section in sections {
      table.append([
        section.name, Format.grouped(section.offset), Format.grouped(section.byteCount),
      ])
    }
    return text + "\n" + table.text
  }

  var json: JSON {
    let preprocessing = model.preprocessing
    return .object([
      "file": .string(path),
      "bytes": .int(fileSize(of: path)),
      "precision": .string(model.graph.precision.name),
      "parameters": .int(model.graph.parameterCount),
      "preprocessing": .object(
        preprocessing.jsonMembers + [
          JSON.Member("layout", .string(preprocessing.layout.description))
        ]),
      "labels": .array(model.labels.map(JSON.string)),
      "threshold": .float(model.threshold),
      "output_activation": .string(model.outputActivation.description),
      "layers": .array(layers),
      "card": model.card.json,
      "sections": .array(
        sections.map { section in
          .object([
            "name": .string(section.name), "offset": .int(section.offset),
            "bytes": .int(section.byteCount),
          ])
        }),
    ])
  }

  private var layers: [JSON] {
    let graph = model.graph
    return graph.nodes.enumerated().map { index, node in
      .object([
        "name": .string(node.name),
        "type": .string(node.operation.name),
        "summary": .string(node.operation.summary),
        "inputs": .array(graph.inputNames(of: index).map(JSON.string)),
        "output_shape": .array(graph.shapes[index + 1].dimensions.map(JSON.int)),
        "parameters": .int(node.operation.parameterCount),
      ])
    }
  }
}
