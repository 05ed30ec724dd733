import Foundation
import PneumoConsole
import PneumoSupport

/// A comparison as Markdown and as CSV.
struct ComparisonReport {
  /// The measurements.
  let comparison: Comparison
  /// The conditions they were made under.
  let conditions: Conditions

  /// The machine, program, settings and date of a comparison.
  struct Conditions: Equatable {
    /// The name of the processor.
    let processor: String
    /// Our instruction set.
    let instructionSet: String
    /// `reference`, or the name of a model file.
    let network: String
    /// Our commit.
    let commit: String
    /// In the form `2026-11-23`.
    let date: String
    /// The command that reproduces the report.
    let command: String

    /// Processor, instruction set and date.
    var title: String { "\(processor), \(instructionSet), \(date)" }

    /// The name of the report's files, without extension.
    var fileName: String {
      let words = [processor, instructionSet, network == "reference" ? "" : network, date]
      return words.joined(separator: " ").lowercased()
        .split { !($0.isASCII && ($0.isLetter || $0.isNumber)) }.joined(separator: "-")
    }
  }

  /// A table of milliseconds per image, with the ratio to the fastest other engine.
  var markdown: String {
    let cells = comparison.cells
    var lines = [
      "# \(conditions.title)", "",
      "Milliseconds per image, medians of interleaved rounds; network: \(conditions.network), f32.",
      "Made with `\(conditions.command)` at commit \(conditions.commit).", "",
      row(["engine", "version"] + cells.map(\.title)),
      row(["---", "---"] + cells.map { _ in "---:" }),
    ]
    for engine in comparison.engines {
      let entries = cells.map { comparison.entry(engine, $0) }
      let version = entries.lazy.compactMap { $0?.version }.first ?? "-"
      lines.append(
        row(
          [Engine.title(engine), version]
            + entries.map { entry in
              guard let entry else { return "-" }
              let text = Format.fixed(entry.perImage, 2)
              return comparison.fastestPeer(entry.cell) == entry ? "**\(text)**" : text
            }))
    }
    lines.append(
      row(
        ["Pneumo / fastest other", ""]
          + cells.map { cell in comparison.ratio(cell).map { Format.fixed($0, 2) } ?? "-" }))
    let differences = comparison.entries.map(\.difference)
    lines += [
      "",
      "Bold: the fastest other engine. All outputs agree: the largest logit difference is "
        + String(format: "%.1e.", differences.max() ?? 0),
    ]
    for skipped in comparison.skipped {
      lines += ["", "Not timed: \(Engine.title(skipped.engine)) (\(skipped.reason))"]
    }
    return lines.joined(separator: "\n") + "\n"
  }

  /// CSV with one line per engine and cell.
  var csv: String {
    let header =
      "engine,version,size,batch,threads,ms_per_call,ms_per_image,images_per_s,rounds,"
      + "fastest_round_ms,slowest_round_ms,logit_difference\n"
    return header
      + comparison.entries.map { entry in
        let cell = entry.cell
        return [
          entry.engine, entry.version, "\(cell.size)", "\(cell.batch)", "\(cell.threads)",
          Format.fixed(entry.milliseconds, 3), Format.fixed(entry.perImage, 3),
          Format.fixed(1000 / entry.perImage, 1), "\(entry.rounds.count)",
          Format.fixed(entry.rounds.min() ?? 0, 3), Format.fixed(entry.rounds.max() ?? 0, 3),
          String(format: "%.1e", entry.difference),
        ].joined(separator: ",") + "\n"
      }.joined()
  }

  private func row(_ cells: [String]) -> String { "| \(cells.joined(separator: " | ")) |" }

  /// Writes Markdown, CSV and a chart to `folder`, and returns their paths.
  func write(to folder: String) throws -> [String] {
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    let texts = [
      ("md", markdown), ("csv", csv),
      ("svg", comparison.chart(title: conditions.title).svg),
    ]
    return try texts.map { suffix, text in
      let path = "\(folder)/\(conditions.fileName).\(suffix)"
      try text.write(toFile: path, atomically: true, encoding: .utf8)
      return path
    }
  }
}
