import PneumoEvaluation
import PneumoSupport
import PneumoSystem

/// Why a table of predictions cannot be used. `description` is one sentence that names the file.
package struct PredictionTableError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The file.
  package let file: String
  /// The line of the file, from 1, where there is one.
  package let line: Int?
  /// What is wrong and what to do.
  package let reason: String

  /// The file, the line where known, and the reason.
  package var description: String { "\(file)\(line.map { ":\($0)" } ?? ""): \(reason)" }
}

extension PredictionSet {
  /// Reads predictions that were made elsewhere.
  ///
  /// A table is a CSV file (RFC 4180) whose first line names its columns, in any order:
  /// - `label`: the true class.
  /// - the predictions: `logit`, `probability` or `score` (0...1) of the positive class of two; or
  ///   `probability_NAME` or `logit_NAME` of every class. Probabilities go before logits.
  /// - `path`, if wanted, which tells cases apart; `patient`, if wanted; `model`, if wanted, where a
  ///   table has the predictions of several.
  ///
  /// Others are passed over. Of two classes the positive one is the second by byte order unless
  /// `positive` names the other. All models must have predicted the same cases.
  ///
  /// - Parameters:
  ///   - threshold: with two classes.
  ///   - patient: whose image a path is, where the table does not say.
  package init(
    tables: [String], positive: String? = nil, threshold: Double = 0.5,
    patient: (String) -> String = { $0 }
  ) throws(PredictionTableError) {
    var contents: [(file: String, bytes: [UInt8])] = []
    for file in tables {
      do throws(FileError) {
        contents.append((file, try readFile(file, limit: PredictionTable.sizeLimit)))
      } catch {
        throw PredictionTableError(file: file, line: nil, reason: error.reason)
      }
    }
    try self.init(
      contents: contents, positive: positive, threshold: threshold, patient: patient)
  }

  /// The same, of tables that have been read.
  init(
    contents: [(file: String, bytes: [UInt8])], positive: String? = nil, threshold: Double = 0.5,
    patient: (String) -> String = { $0 }
  ) throws(PredictionTableError) {
    var parts: [(file: String, model: String, rows: [PredictionRow])] = []
    for (file, bytes) in contents {
      let table = try PredictionTable(file, bytes)
      for (model, rows) in table.models { parts.append((file, model, rows)) }
    }
    let first = parts[0]
    func fail(_ reason: String, _ row: PredictionRow? = nil) -> PredictionTableError {
      PredictionTableError(file: first.file, line: row?.line, reason: reason)
    }
    var classes = Set(parts.flatMap { $0.rows.flatMap { [$0.label] + $0.named.keys } }).sorted {
      $0.utf8.lexicographicallyPrecedes($1.utf8)
    }
    if let positive {
      guard classes.count <= 2, classes.contains(positive) || classes.count == 1 else {
        throw fail(
          "the positive class is to be '\(positive)', but the classes are "
            + classes.joined(separator: ", "))
      }
      classes.removeAll { $0 == positive }
      classes = [classes.first ?? "not \(positive)", positive]
    }
    guard classes.count > 1 else {
      throw fail(
        "all labels are '\(classes[0])'; name the positive class of the two (--positive)")
    }
    var models: [ModelPredictions] = []
    for part in parts {
      guard part.rows.count == first.rows.count else {
        throw PredictionTableError(
          file: part.file, line: nil,
          reason: "\(part.rows.count) cases of '\(part.model)', but \(first.rows.count) of "
            + "'\(first.model)' in \(first.file); models can be compared on the same cases alone")
      }
      let places = Dictionary(
        part.rows.enumerated().map { ($1.path, $0) }, uniquingKeysWith: { first, _ in first })
      var logits: [[Double]] = []
      var probabilities: [[Double]] = []
      for row in first.rows {
        guard let place = places[row.path], part.rows[place].label == row.label else {
          throw PredictionTableError(
            file: part.file, line: nil,
            reason: "'\(part.model)' has no case \(row.path) of class '\(row.label)', which "
              + "'\(first.model)' in \(first.file) has")
        }
        let prediction = try part.rows[place].prediction(classes, file: part.file)
        logits.append(prediction.logits)
        probabilities.append(prediction.probabilities)
      }
      models.append(
        ModelPredictions(
          name: part.model, about: ["from \(part.file)"], logits: logits,
          probabilities: probabilities, isSinglePrecision: false,
          threshold: classes.count == 2 ? threshold : nil, thresholdOrigin: .given))
    }
    let numbers = Dictionary(uniqueKeysWithValues: classes.enumerated().map { ($1, $0) })
    self.init(
      classes: classes,
      cases: first.rows.map {
        Case(
          path: $0.path, label: numbers[$0.label, default: 0],
          patient: $0.patient ?? patient($0.path))
      },
      models: models)
  }
}

/// A line of a table.
private struct PredictionRow {
  let line: Int
  /// Where the table has none, the number of the case.
  var path: String
  let label: String
  let patient: String?
  /// Of the positive class, where the table has one.
  let score: Score?
  /// Of classes by name.
  let named: [String: Score]

  /// A logit, or a probability.
  struct Score {
    let value: Double
    let isLogit: Bool

    var inLogits: Double { isLogit ? value : logit(value) }
    var probability: Double { isLogit ? sigmoid(value) : value }
  }

  /// The prediction in the order of the classes.
  func prediction(
    _ classes: [String], file: String
  ) throws(PredictionTableError) -> (logits: [Double], probabilities: [Double]) {
    func fail(_ reason: String) -> PredictionTableError {
      PredictionTableError(file: file, line: line, reason: reason)
    }
    if classes.count == 2, let score {
      return ([score.inLogits], [1 - score.probability, score.probability])
    }
    let scores = classes.compactMap { named[$0] }
    guard scores.count == classes.count else {
      let missing = classes.filter { named[$0] == nil }
      throw fail(
        "no prediction for the class \(missing.map { "'\($0)'" }.joined(separator: ", ")); a table needs "
          + "a column probability, or probability_NAME for every class")
    }
    if scores[0].isLogit {
      let logits = scores.map(\.inLogits)
      return (classes.count == 2 ? [logits[1] - logits[0]] : logits, softmax(logits[...]))
    }
    let probabilities = scores.map(\.probability)
    let sum = probabilities.reduce(0, +)
    guard abs(sum - 1) < 1e-3 else {
      throw fail("the probabilities of all classes sum to \(sum), expected 1")
    }
    let shares = probabilities.map { $0 / sum }
    return (
      classes.count == 2 ? [logit(shares[1])] : shares.map { log(max($0, 0x1p-52)) }, shares
    )
  }
}

/// The rows of a file, by model.
private struct PredictionTable {
  static let sizeLimit = 1 << 30
  let models: [(name: String, rows: [PredictionRow])]

  private struct Columns {
    var label = 0
    var path, patient, model: Int?
    var score: (column: Int, isLogit: Bool)?
    var named: [(name: String, column: Int, isLogit: Bool)] = []
  }

  init(_ file: String, _ bytes: [UInt8]) throws(PredictionTableError) {
    let records: [CSVRecord]
    do throws(CSVProblem) {
      records = try readCSV(bytes)
    } catch {
      throw PredictionTableError(file: file, line: error.line, reason: error.reason)
    }
    guard let header = records.first else {
      throw PredictionTableError(
        file: file, line: nil,
        reason: "the file is empty; its first line must name the columns label and probability")
    }
    let columns = try Self.columns(header, file)
    let stem = file.split(separator: "/").last.map { $0.split(separator: ".").first ?? $0 }
    var order: [String] = []
    var rows: [String: [PredictionRow]] = [:]
    var lines: [String: [String: Int]] = [:]
    for record in records.dropFirst() {
      var (model, row) = try Self.row(record, columns, width: header.fields.count, file)
      let name = Format.visible(model.isEmpty ? String(stem ?? "predictions") : model)
      if rows[name] == nil { order.append(name) }
      if columns.path == nil { row.path = "case \(rows[name, default: []].count + 1)" }
      if let line = lines[name, default: [:]].updateValue(row.line, forKey: row.path) {
        throw PredictionTableError(
          file: file, line: row.line,
          reason: "\(row.path) stands on line \(line) already; name each case once")
      }
      rows[name, default: []].append(row)
    }
    guard !order.isEmpty else {
      throw PredictionTableError(file: file, line: nil, reason: "no cases after the first line")
    }
    models = order.map { ($0, rows[$0, default: []]) }
  }

  private static func columns(
    _ header: CSVRecord, _ file: String
  ) throws(PredictionTableError) -> Columns {
    func fail(_ reason: String) -> PredictionTableError {
      PredictionTableError(file: file, line: header.line, reason: reason)
    }
    var places: [String: Int] = [:]
    for (index, name) in header.fields.enumerated() {
      guard places.updateValue(index, forKey: name) == nil else {
        throw fail("the column '\(name)' is there twice")
      }
    }
    var columns = Columns()
    guard let label = places["label"] else {
      throw fail(
        "no column 'label' with the true classes; found '\(header.fields.joined(separator: ","))'")
    }
    columns.label = label
    columns.path = places["path"] ?? places["file"]
    columns.patient = places["patient"]
    columns.model = places["model"]
    for name in ["probability", "score"] where columns.score == nil {
      columns.score = places[name].map { ($0, false) }
    }
    columns.score = columns.score ?? places["logit"].map { ($0, true) }
    for (prefix, isLogit) in [("probability_", false), ("logit_", true)]
    where columns.named.isEmpty {
      columns.named = header.fields.enumerated().filter { $1.hasPrefix(prefix) }
        .map { (String($1.dropFirst(prefix.count)), $0, isLogit) }
    }
    guard columns.score != nil || !columns.named.isEmpty else {
      throw fail(
        "no column with predictions; expected probability, score or logit, or probability_NAME for "
          + "every class; found '\(header.fields.joined(separator: ","))'")
    }
    return columns
  }

  private static func row(
    _ record: CSVRecord, _ columns: Columns, width: Int, _ file: String
  ) throws(PredictionTableError) -> (model: String, row: PredictionRow) {
    func fail(_ reason: String) -> PredictionTableError {
      PredictionTableError(file: file, line: record.line, reason: reason)
    }
    let fields = record.fields
    guard fields.count == width else {
      throw fail("\(fields.count) fields, expected \(width) as in the first line")
    }
    guard !fields[columns.label].isEmpty else { throw fail("the label is empty") }
    func score(
      _ column: Int, _ isLogit: Bool
    ) throws(PredictionTableError) -> PredictionRow.Score {
      guard let value = Double(fields[column]), value.isFinite else {
        throw fail("'\(fields[column])' is not a number")
      }
      guard isLogit || (0...1).contains(value) else {
        throw fail(
          "\(value) is no probability, which is 0 to 1; call the column logit if it is one")
      }
      return PredictionRow.Score(value: value, isLogit: isLogit)
    }
    var named: [String: PredictionRow.Score] = [:]
    for column in columns.named {
      named[column.name] = try score(column.column, column.isLogit)
    }
    var positive: PredictionRow.Score?
    if let column = columns.score { positive = try score(column.column, column.isLogit) }
    let patient = columns.patient.map { fields[$0] } ?? ""
    return (
      columns.model.map { fields[$0] } ?? "",
      PredictionRow(
        line: record.line, path: columns.path.map { fields[$0] } ?? "",
        label: fields[columns.label], patient: patient.isEmpty ? nil : patient, score: positive,
        named: named)
    )
  }
}
