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

  /// Writes `history.csv`, `history.json` and `curves.svg` into `folder`, each whole or not at all.
  package func write(to folder: String, title: String) throws(FileError) {
    try writeAtomically(Array(csv.utf8), to: "\(folder)/history.csv")
    try writeAtomically(Array((json.indentedText + "\n").utf8), to: "\(folder)/history.json")
    try writeAtomically(
      Array(CurvesChart(history: self, title: title).svg.utf8), to: "\(folder)/curves.svg")
  }
}
