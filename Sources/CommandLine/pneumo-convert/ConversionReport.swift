import PneumoConsole
import PneumoImport
import PneumoModel
import PneumoSupport

/// What a conversion read, what became of it, and what it wrote.
struct ConversionReport {
  let input: String
  let output: String
  let imported: ImportedModel
  let model: Model
  let changes: [SimplifiedGraph.Change]

  var text: String {
    let read = imported.graph.parameterCount
    let written = model.graph.parameterCount
    let parameters =
      read == written
      ? "\(Format.grouped(read)) parameters"
      : "\(Format.grouped(read)) parameters, \(Format.grouped(written)) after folding"
    return """
      \(input): \(imported.source), \(Format.bytes(fileSize(of: input)))

      \(imported.graph.table(remarks: remarks))\
      \(parameters)

      Input    \(model.preprocessing.summary)
      Output   \(model.outputSummary)
      Written  \(output), \(Format.bytes(fileSize(of: output))), \(model.graph.precision.name)

      """
  }

  private var remarks: [String: String] {
    let pairs = changes.map { change in
      (change.layer, change.kind.rawValue + (change.into.map { " into \($0)" } ?? ""))
    }
    return Dictionary(pairs, uniquingKeysWith: { first, _ in first })
  }
}
