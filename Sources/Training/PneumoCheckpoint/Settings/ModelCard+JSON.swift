import PneumoModel
import PneumoSupport

extension ModelCard {
  /// Reads an object with any of the members `name`, `description`, `source`, `data`, `metrics` (an
  /// object of numbers), `license`, `creator`, `date` and `limitations`.
  ///
  /// Earlier checkpoints spell `licence`, and list metrics as objects of `name` and `value`.
  package init(json: JSON) throws(JSONError) {
    var reader = try JSONObjectReader(json, "card")
    self.init()
    name = try reader.string("name") ?? ""
    description = try reader.string("description") ?? ""
    source = try reader.string("source") ?? ""
    data = try reader.string("data") ?? ""
    metrics = try Self.metrics(reader.value("metrics"), reader)
    license = try reader.string("license") ?? ""
    creator = try reader.string("creator") ?? ""
    date = try reader.string("date") ?? ""
    limitations = try reader.string("limitations") ?? ""
    if let text = try reader.string("licence") { license = text }
    try reader.finish()
  }

  private static func metrics(
    _ value: JSON?, _ reader: JSONObjectReader
  ) throws(JSONError) -> [Metric] {
    guard let value else { return [] }
    let metrics =
      value.members?.map { ($0.name, $0.value.double) }
      ?? value.array?.map { ($0["name"]?.string ?? "", $0["value"]?.double) }
    guard let metrics, metrics.allSatisfy({ $0.0 != "" && $0.1 != nil }) else {
      throw reader.failure("'metrics' should be an object of numbers, found \(value.kind)")
    }
    return metrics.map { Metric(name: $0.0, value: $0.1!) }
  }

  /// An object that reads back as this card.
  package var json: JSON {
    .object([
      "name": .string(name), "description": .string(description), "source": .string(source),
      "data": .string(data), "license": .string(license), "creator": .string(creator),
      "date": .string(date), "limitations": .string(limitations),
      "metrics": .object(metrics.map { JSON.Member($0.name, .double($0.value)) }),
    ])
  }
}
