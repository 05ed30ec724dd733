import PneumoConsole
import PneumoImport
import PneumoModel
import PneumoSupport

/// What a conversion read, what became of it, and what it wrote.
struct ConversionReport {
  let input: String
  let output: String
  let imported: ImportedModel
  let result: Conversion.Result
  /// Of the `.pnm` file.
  let byteCount: Int

  /// A line for each thing.
  var text: String {
    "\(title)\n\nLayers   \(layers)\n\(ending)"
  }

  /// The same with a table of all layers.
  var longText: String {
    "\(title)\n\n"
      + imported.graph.table(remarks: remarks, identities: imported.identities) + "\n\(ending)"
  }

  private var title: String {
    "\(input): \(imported.source), \(Format.bytes(fileSize(of: input)))"
  }

  private var ending: String {
    let read = imported.graph.parameterCount
    let written = result.model.graph.parameterCount
    let folding = read == written ? "" : ", \(Format.grouped(written)) after folding"
    let notes = result.notes.map { "Note     \($0)\n" }.joined()
    return """
      Weights  \(Format.grouped(read)) parameters\(folding)
      Input    \(result.model.preprocessing.summary)
      Output   \(result.model.outputSummary)
      Written  \(output), \(Format.bytes(byteCount)), \(result.model.graph.precision.name)
      \(notes)
      """
  }

  /// How many there are, and what became of them.
  private var layers: String {
    var counts: [(String, Int)] = []
    for change in result.changes {
      if let index = counts.firstIndex(where: { $0.0 == change.kind.rawValue }) {
        counts[index].1 += 1
      } else {
        counts.append((change.kind.rawValue, 1))
      }
    }
    let changes = counts.map { "\($0.1) \($0.0)" }.joined(separator: ", ")
    var text = "\(imported.graph.nodes.count)" + (changes.isEmpty ? "" : ": \(changes)")
    if !imported.identities.isEmpty {
      let classes = Set(imported.identities.map(\.className)).sorted().joined(separator: ", ")
      text += "; left out, since they do nothing at inference: \(classes)"
    }
    return text
  }

  private var remarks: [String: String] {
    let pairs = result.changes.map { change in
      (change.layer, change.kind.rawValue + (change.into.map { " into \($0)" } ?? ""))
    }
    return Dictionary(pairs, uniquingKeysWith: { first, _ in first })
  }
}
