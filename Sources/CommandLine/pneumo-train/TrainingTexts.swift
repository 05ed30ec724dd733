import PneumoConsole
import PneumoDataset
import PneumoExperiment
import PneumoModel
import PneumoSupport

// What pneumo-train prints.

extension TrainingSession {
  /// How large the network is and, where asked for, the layers with their shapes.
  func summary(of settings: RunSettings) -> String {
    let graph = settings.architecture
    let head =
      "\(settings.networkName): \(Format.grouped(graph.parameterCount)) parameters in "
      + "\(graph.nodes.count) layers, input \(graph.inputShape)"
    guard command.verbose else { return head }
    var table = Table([.init("layer"), .init("type"), .init("output"), .init("parameters", .right)])
    for (index, node) in graph.nodes.enumerated() {
      table.append([
        node.name, node.operation.name, graph.shapes[index + 1].description,
        Format.grouped(node.operation.parameterCount),
      ])
    }
    return head + "\n" + table.text
  }
}

extension Trainer {
  /// A line for an epoch.
  func line(_ record: EpochRecord, width: Int, total: Int, isBest: Bool) -> String {
    let number = String(record.epoch)
    let spaces = String(repeating: " ", count: max(width - number.count, 0))
    var text = "epoch \(spaces)\(number)/\(total)  loss \(Format.fixed(record.dataLoss, 4))"
    if record.penalty > 0 { text += " + penalty \(Format.fixed(record.penalty, 3))" }
    text += "  accuracy \(Format.fixed(record.accuracy, 4))"
    if let loss = record.valDataLoss { text += "  val_loss \(Format.fixed(loss, 4))" }
    if let accuracy = record.valAccuracy { text += "  accuracy \(Format.fixed(accuracy, 4))" }
    if let auroc = record.valAUROC { text += "  AUROC \(Format.fixed(auroc, 4))" }
    text += "  \(Format.fixed(record.seconds, 1)) s"
    return text + (isBest ? "  best" : "")
  }

  /// A table with a row for each group of metrics, within the width of a terminal.
  func text(of summary: Summary, _ title: String) -> String {
    func number(_ value: Double?) -> String { value.map { Format.fixed($0, 4) } ?? "-" }
    var rows: [(String, String)] = []
    if let binary = summary.binary {
      let interval = binary.aurocInterval.map {
        " (95% \(number($0.lowerBound))-\(number($0.upperBound)))"
      }
      rows = [
        ("AUROC", number(binary.auroc) + (interval ?? "")),
        (
          "at the threshold \(number(binary.threshold))",
          "accuracy \(number(summary.accuracy)), recall \(number(binary.confusion.recall)), "
            + "precision \(number(binary.confusion.precision))"
        ),
      ]
    } else {
      rows = [("accuracy", number(summary.accuracy))]
    }
    rows.append(
      ("log loss", "\(number(summary.crossEntropy)), ECE \(number(summary.calibrationError))"))
    var calibration = "temperature \(number(summary.calibration.temperature))"
    if summary.binary != nil, let bias = summary.calibration.bias.last {
      calibration += ", bias \(number(bias))"
    }
    rows.append(("calibration", calibration))
    let width = rows.map(\.0.count).max() ?? 0
    return "\(title): \(summary.count) images\n"
      + rows.map { name, value in
        "  \(name)\(String(repeating: " ", count: width - name.count))  \(value)"
      }.joined(separator: "\n")
  }

  /// What makes the numbers less certain than they look.
  func tellNotes(of summary: Summary) {
    for note in summary.notes { say("note: \(note)") }
  }
}

extension Dataset {
  /// How many of the samples `indices` each class has.
  func counts(_ indices: some Sequence<Int>) -> String {
    zip(classCounts(of: Array(indices)), classes).map { "\($0) \($1)" }.joined(separator: ", ")
  }

  /// How many images of each class a split has.
  func describe(_ split: Split) -> String {
    "training on \(split.training.count) images (\(counts(split.training))), validation on "
      + "\(split.validation.count) (\(counts(split.validation)))"
  }
}

/// Prints a text and ends the line.
func say(_ text: ConsoleText) {
  StandardStream.output.write(text.description.hasSuffix("\n") ? text : text + "\n")
}

/// Reports a problem on standard error.
func complain(_ text: ConsoleText) {
  StandardStream.error.write("pneumo-train: \(text)\n")
}
