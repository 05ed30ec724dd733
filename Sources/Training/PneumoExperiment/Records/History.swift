import PneumoCheckpoint
import PneumoSupport
import PneumoSystem

/// The epochs of a run.
package struct History: Hashable, Sendable {
  /// In their order.
  package var records: [EpochRecord]

  /// A history of these epochs.
  package init(_ records: [EpochRecord] = []) { self.records = records }

  /// A list, one object an epoch.
  package var json: JSON { .array(records.map(\.json)) }

  /// Reads what ``json`` wrote.
  package init?(json: JSON) {
    guard let list = json.array else { return nil }
    let records = list.compactMap { EpochRecord(json: $0) }
    guard records.count == list.count else { return nil }
    self.records = records
  }

  /// A header and a line an epoch; numbers read back as the same bits, missing ones are empty.
  package var csv: String {
    guard let first = records.first else { return "" }
    var text = (["epoch"] + first.fields.map(\.name)).joined(separator: ",") + "\n"
    for record in records {
      let numbers = record.fields.map { $0.value.map { "\($0)" } ?? "" }
      text += (["\(record.epoch)"] + numbers).joined(separator: ",") + "\n"
    }
    return text
  }

  /// Writes `history.csv` and `history.json` into `folder`, each whole or not at all.
  package func write(to folder: String) throws(FileError) {
    try writeAtomically(Array(csv.utf8), to: "\(folder)/history.csv")
    try writeAtomically(Array((json.indentedText + "\n").utf8), to: "\(folder)/history.json")
  }
}

extension History {
  /// A number of all epochs, to be drawn.
  package struct Curve: Hashable, Sendable {
    /// What it is.
    package let title: String
    /// While training.
    package let training: [Double]
    /// On validation images; empty without any.
    package let validation: [Double]
    /// While training, with the L2 penalty; empty without any.
    package let penalized: [Double]
  }

  /// Accuracy and cross-entropy of all epochs.
  package var curves: [Curve] {
    [
      Curve(
        title: "accuracy", training: records.map(\.accuracy),
        validation: records.compactMap(\.valAccuracy), penalized: []),
      Curve(
        title: "cross-entropy", training: records.map(\.dataLoss),
        validation: records.compactMap(\.valDataLoss),
        penalized: records.contains { $0.penalty > 0 } ? records.map(\.loss) : []),
    ]
  }
}
