import ArgumentParser
import Pneumo
import PneumoConsole
import PneumoClassifier
import PneumoSupport

/// How predictions are printed.
enum OutputFormat: String, ExpressibleByArgument, CaseIterable {
  case table, jsonl, json, csv

  var isJSON: Bool { self == .json || self == .jsonl }

  /// - Parameters:
  ///   - longestPath: characters of the longest path, for the width of the column; `nil` where
  ///     paths are not known yet.
  ///   - top: how many classes are printed, the most probable first; `nil` is all in their order.
  func makePrinter(model: Model, longestPath: Int?, top: Int?) -> any Printer {
    switch self {
    case .table: TablePrinter(model: model, longestPath: longestPath ?? 60, top: top)
    case .jsonl: JSONLinesPrinter(labels: model.labels, top: top)
    case .json: JSONArrayPrinter(lines: JSONLinesPrinter(labels: model.labels, top: top))
    case .csv: CSVPrinter(labels: model.labels)
    }
  }
}

/// Turns outcomes into text, one at a time.
protocol Printer {
  var header: String { get }
  /// Whether the header is printed even if nothing follows.
  var needsHeader: Bool { get }
  var footer: String { get }
  /// The text of one outcome, with what separates it from the one before.
  ///
  /// - Parameter heatMap: the picture that was written of it; programs are told.
  func line(for outcome: Outcome<Classification>, heatMap: String?, isFirst: Bool) -> String
}

/// Aligned columns for people. Files that failed are left to standard error.
struct TablePrinter: Printer {
  private let table: Table
  private let labels: [String]
  private let top: Int?
  private let widths: [Int]

  init(model: Model, longestPath: Int, top: Int?) {
    labels = model.labels
    self.top = top
    let labelWidth = labels.map(\.count).max() ?? 0
    var columns = [
      Table.Column("file", minimumWidth: longestPath),
      Table.Column("label", minimumWidth: labelWidth),
    ]
    if let top {
      columns.append(
        Table.Column("most probable", minimumWidth: min(top, labels.count) * labelWidth))
    } else {
      columns += labels.map { Table.Column($0, .right, minimumWidth: 6) }
    }
    table = Table(columns)
    widths = table.widths
  }

  var header: String { table.text }
  var needsHeader: Bool { false }
  var footer: String { "" }

  func line(for outcome: Outcome<Classification>, heatMap: String?, isFirst: Bool) -> String {
    guard case .success(let found) = outcome.result else { return "" }
    let prediction = found.prediction
    let ranking = prediction.ranking(top)
    let cells =
      top == nil
      ? ranking.map { Format.fixed(Double(prediction.probabilities[$0]), 4) }
      : [
        ranking.map { "\(labels[$0]) \(Format.fixed(Double(prediction.probabilities[$0]), 4))" }
          .joined(separator: ", ")
      ]
    return table.line([Format.visible(outcome.file ?? ""), prediction.label] + cells, widths) + "\n"
  }
}

/// One JSON object a line.
struct JSONLinesPrinter: Printer {
  let labels: [String]
  let top: Int?

  var header: String { "" }
  var needsHeader: Bool { false }
  var footer: String { "" }

  func line(for outcome: Outcome<Classification>, heatMap: String?, isFirst: Bool) -> String {
    json(outcome, heatMap).text + "\n"
  }

  func json(_ outcome: Outcome<Classification>, _ heatMap: String?) -> JSON {
    switch outcome.result {
    case .failure(let error):
      return .object([
        "file": .string(outcome.file ?? ""), "error": .string(error.description),
      ])
    case .success(let found):
      let prediction = found.prediction
      let members = [
        JSON.Member("file", .string(outcome.file ?? "")),
        JSON.Member("label", .string(prediction.label)),
        JSON.Member("probability", .float(prediction.probability)),
        JSON.Member(
          "probabilities",
          .object(
            prediction.ranking(top).map {
              JSON.Member(labels[$0], .float(prediction.probabilities[$0]))
            })),
      ]
      return .object(members + (heatMap.map { [JSON.Member("heatmap", .string($0))] } ?? []))
    }
  }
}

/// One JSON array of all objects.
struct JSONArrayPrinter: Printer {
  let lines: JSONLinesPrinter

  var header: String { "[" }
  var needsHeader: Bool { true }
  var footer: String { "\n]\n" }

  func line(for outcome: Outcome<Classification>, heatMap: String?, isFirst: Bool) -> String {
    (isFirst ? "\n" : ",\n") + lines.json(outcome, heatMap).text
  }
}

/// Comma-separated values with a header (RFC 4180, but for line feeds alone at line ends).
struct CSVPrinter: Printer {
  let labels: [String]

  var needsHeader: Bool { true }
  var header: String { csvLine(["file", "label", "probability"] + labels + ["error"]) }
  var footer: String { "" }

  func line(for outcome: Outcome<Classification>, heatMap: String?, isFirst: Bool) -> String {
    switch outcome.result {
    case .failure(let error):
      return csvLine(
        [outcome.file ?? "", "", ""] + labels.map { _ in "" } + [error.description])
    case .success(let found):
      let prediction = found.prediction
      return csvLine(
        [outcome.file ?? "", prediction.label, "\(prediction.probability)"]
          + prediction.probabilities.map { "\($0)" } + [""])
    }
  }
}

extension Prediction {
  /// Numbers of the classes to print: all in their order, or the `top` most probable.
  fileprivate func ranking(_ top: Int?) -> [Int] {
    guard let top else { return Array(probabilities.indices) }
    let order = probabilities.indices.sorted {
      (probabilities[$0], $1) > (probabilities[$1], $0)
    }
    return Array(order.prefix(top))
  }
}
