import PneumoClassifier
import PneumoConsole
import PneumoSupport
import PneumoToolSupport

/// Prints outcomes on standard output, failures on standard error, and a progress bar.
struct Printing: ~Copyable {
  private let printer: any Printer
  private var progress: ProgressBar
  private var written = StandardStream.Written.all
  private var hasHeader = false

  /// Inputs that were printed.
  private(set) var done = 0
  /// Images without a prediction, and heat maps that are missing.
  private(set) var failures = 0

  init(_ printer: any Printer, total: Int?) {
    self.printer = printer
    progress = ProgressBar(total: total, unit: "images")
    if printer.needsHeader { write("") }
  }

  /// Whether standard output is still read.
  var isWanted: Bool { written == .all }

  /// Prints outcomes, each with what became of its heat map.
  mutating func print(
    _ outcomes: [(Outcome<Classification>, heatMap: Result<String, HeatMapFolderError>?)]
  ) {
    var text = ""
    var errors: ConsoleText = ""
    for (outcome, heatMap) in outcomes {
      var path: String?
      switch heatMap {
      case .success(let written): path = written
      case .failure(let error):
        failures += 1
        errors += "pneumo-infer: \(error)\n"
      case nil: break
      }
      text += printer.line(for: outcome, heatMap: path, isFirst: done == 0)
      done += 1
      if case .failure(let error) = outcome.result {
        failures += 1
        errors += "pneumo-infer: \(error)\n"
      }
    }
    // Both streams may be one terminal, whose last line is the bar.
    if StandardStream.output.isTerminal || !errors.isEmpty { progress.clear() }
    if !text.isEmpty { write(text) }
    if !errors.isEmpty { StandardStream.error.write(errors) }
    progress.update(done)
  }

  /// Prints what comes last.
  ///
  /// Throws if standard output could not be written.
  mutating func end() throws {
    progress.clear()
    if hasHeader { write(printer.footer) }
    if case .failed(let reason) = written { throw OutputError(reason: reason) }
  }

  /// Writes the header before the first text. People get it with their first row: an error is not
  /// preceded by an empty table.
  private mutating func write(_ text: String) {
    let text = hasHeader ? text : printer.header + text
    hasHeader = true
    if written == .all, !text.isEmpty { written = StandardStream.output.write(data: text) }
  }
}

/// Standard output could not be written to.
private struct OutputError: Error, CustomStringConvertible {
  let reason: String

  var description: String { "standard output: \(reason)" }
}
