import PneumoEvaluation
import PneumoSupport

extension Assessment {
  /// Columns of the terminal that tables of several models take at most, where names are short.
  private static let width = 100

  /// What a terminal shows: a column a model.
  package var text: ConsoleText {
    var lines: ConsoleText = "\(scope)\n"
    for warning in warnings { lines += "note: \(warning)\n" }
    for table in metricTables { lines += "\n\(table)" }
    for result in results {
      lines += "\n\(result.predictions.name)\n\(confusionTable(result))"
    }
    for undefined in undefinedReasons { lines += "\n\(undefined)\n" }
    for comparison in comparisons {
      lines += text(of: comparison)
    }
    return lines
  }

  /// What was measured, side by side for as many models as fit.
  private var metricTables: [Table] {
    var tables: [Table] = []
    var rest = results[...]
    while !rest.isEmpty {
      let fitting = (1...rest.count).last { count in
        let widths = metricTable(rest.prefix(count)).widths
        return widths.reduce(2 * (widths.count - 1), +) <= Self.width
      }
      tables.append(metricTable(rest.prefix(fitting ?? 1)))
      rest = rest.dropFirst(fitting ?? 1)
    }
    return tables
  }

  private func metricTable(_ results: ArraySlice<Result>) -> Table {
    var table = Table(
      [Table.Column("")] + results.map { Table.Column($0.predictions.name, .right) })
    if set.isBinary {
      table.append(
        ["threshold"] + results.map { $0.predictions.threshold.map(probabilityText) ?? "–" })
    }
    for measurement in self.results[0].evaluation.measurements {
      table.append(
        [measurement.metric.title]
          + results.map { result in
            let found = result.evaluation[measurement.metric]
            let interval = found?.intervalText ?? ""
            return "\(found?.valueText ?? "–")\(interval.isEmpty ? "" : " (\(interval))")"
          })
    }
    return table
  }

  /// What was measured, in a sentence.
  package var scope: String {
    let counts = set.classes.indices.map { label in
      "\(Format.grouped(set.cases.count { $0.label == label })) \(set.classes[label])"
    }
    // Where nothing tells a patient, an image is its own.
    let isKnown = set.cases.contains { $0.patient != $0.path }
    let whose =
      isKnown ? " of \(Format.grouped(patients)) patients" : ", each taken for a patient's own"
    return "\(Format.grouped(set.cases.count)) images\(whose): \(counts.joined(separator: ", "))"
  }

  /// Why metrics have no value, a line each.
  var undefinedReasons: [String] {
    results.flatMap { result in
      result.evaluation.measurements.compactMap { measurement in
        measurement.undefined.map {
          "\(result.predictions.name): no \(measurement.metric.title): \($0)"
        }
      }
    }
  }

  /// True by predicted class.
  private func confusionTable(_ result: Result) -> Table {
    var table = Table(
      [Table.Column("truth")] + set.classes.map { Table.Column("predicted \($0)", .right) })
    for (name, row) in zip(set.classes, confusion(result)) {
      table.append([name] + row.map { Format.grouped($0) })
    }
    return table
  }

  /// How often a case of the class of the row was predicted to be of that of the column.
  func confusion(_ result: Result) -> [[Int]] {
    switch result.evaluation {
    case .multiclass(let evaluation): evaluation.confusion
    case .binary(let evaluation):
      [
        [evaluation.confusion.trueNegatives, evaluation.confusion.falsePositives],
        [evaluation.confusion.falseNegatives, evaluation.confusion.truePositives],
      ]
    }
  }

  /// How two models differ.
  private func text(of comparison: Comparison) -> ConsoleText {
    let (first, other) = (results[0].predictions.name, results[comparison.other].predictions.name)
    var table = Table([
      Table.Column("metric"), Table.Column("difference", .right),
      Table.Column("95% interval", .right),
    ])
    for difference in comparison.comparison.differences {
      guard let value = difference.value, let interval = difference.interval else { continue }
      table.append([
        difference.metric.title, signed(value),
        "\(signed(interval.lowerBound)) to \(signed(interval.upperBound))",
      ])
    }
    var text: ConsoleText = "\n\(first) against \(other)\n\(table)"
    if let deLong = comparison.comparison.deLong {
      let p = pText(deLong.pValue)
      text += "DeLong's test of the AUROC: p \(p.hasPrefix("<") ? p : "= \(p)")\n"
    }
    return text
  }

  /// Where scores order the cases the wrong way round.
  private func invertedScores(_ result: Result) -> [String] {
    let areas: [(of: String, value: Double)]
    switch result.evaluation {
    case .binary(let evaluation):
      areas = evaluation[.auroc]?.value.map { [("", $0)] } ?? []
    case .multiclass(let evaluation):
      areas = evaluation.classes.enumerated().compactMap { number, one in
        one[.auroc]?.value.map { (" for class \(set.classes[number])", $0) }
      }
    }
    return areas.filter { $0.value < 0.5 }.map { area in
      "the AUROC of \(result.predictions.name)\(area.of) is \(Format.fixed(area.value, 4)), below 0.5, "
        + "so its scores tell the classes apart the wrong way round or not at all; are the labels in "
        + "the order of the model's outputs?"
    }
  }

  /// What a reader should know before believing the numbers.
  package var warnings: [String] {
    var warnings = notes
    for result in results {
      if case .chosenHere(let rule) = result.predictions.thresholdOrigin {
        warnings.append(
          "the threshold of \(result.predictions.name) was chosen (\(rule)) on the very images it is "
            + "measured on; recall, specificity and all that depends on it look better than they "
            + "will be on new ones")
      }
    }
    warnings += results.flatMap(invertedScores)
    for (label, name) in set.classes.enumerated() {
      let count = set.cases.count { $0.label == label }
      if count == 0 {
        warnings.append("no image is of class \(name); what needs it is undefined")
      } else if count < 30 {
        warnings.append("only \(count) images of class \(name): mind the intervals")
      }
    }
    return warnings
  }
}

func signed(_ value: Double) -> String { (value < 0 ? "" : "+") + Format.fixed(value, 4) }

func pText(_ p: Double) -> String { p < 0.0001 ? "< 0.0001" : Format.fixed(p, 4) }
