import PneumoFiles

extension Dataset {
  /// A table in CSV (RFC 4180): a header with `path`, `label` and perhaps `patient`, then a line an
  /// image. Paths are relative to the table; classes are the labels in byte order.
  public init(table path: String) throws(DatasetError) {
    let bytes: [UInt8]
    do throws(FileError) {
      bytes = try readFile(path, limit: 1 << 28)
    } catch {
      throw DatasetError(.unreadable, error.description)
    }
    let lines = try Self.parse(bytes, path)
    guard let header = lines.first?.fields else {
      throw DatasetError(
        .invalidTable, "\(path): an empty table; expected a header path,label[,patient]")
    }
    guard let pathColumn = header.firstIndex(of: "path"),
      let labelColumn = header.firstIndex(of: "label")
    else {
      throw DatasetError(
        .invalidTable,
        "\(path): the header is \(header.joined(separator: ",")); expected path,label[,patient]")
    }
    let patientColumn = header.firstIndex(of: "patient")
    let folder = path.lastIndex(of: "/").map { String(path[...$0]) } ?? ""
    var rows: [(path: String, label: String, patient: String)] = []
    var seen: [String: Int] = [:]
    for (number, fields) in lines.dropFirst() {
      guard fields.count == header.count else {
        throw DatasetError(
          .invalidTable,
          "\(path):\(number): \(fields.count) fields, expected \(header.count) as in the header")
      }
      guard !fields[pathColumn].isEmpty, !fields[labelColumn].isEmpty else {
        throw DatasetError(.invalidTable, "\(path):\(number): a path or a label is missing")
      }
      let image =
        fields[pathColumn].hasPrefix("/") ? fields[pathColumn] : folder + fields[pathColumn]
      if let first = seen.updateValue(number, forKey: image) {
        throw DatasetError(
          .invalidTable, "\(path):\(number): '\(image)' stands in line \(first) already")
      }
      let patient = patientColumn.map { fields[$0] } ?? ""
      rows.append(
        (
          image, fields[labelColumn],
          patient.isEmpty ? PneumoDataset.patient(ofFile: image) : patient
        ))
    }
    let classes = Set(rows.map(\.label)).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    var samples: [Sample] = []
    for (label, name) in classes.enumerated() {
      samples += rows.filter { $0.label == name }
        .sorted { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }
        .map { Sample(path: $0.path, label: label, patient: $0.patient) }
    }
    try self.init(classes: classes, samples: samples, origin: path)
  }

  /// The lines of a CSV text with their numbers; empty lines are left out.
  private static func parse(
    _ bytes: [UInt8], _ path: String
  ) throws(DatasetError) -> [(number: Int, fields: [String])] {
    var lines: [(number: Int, fields: [String])] = []
    var fields: [String] = []
    var field: [UInt8] = []
    var (number, start) = (1, 1)
    var isQuoted = false
    var index = 0
    func end() -> String { String(decoding: field, as: UTF8.self) }
    while index <= bytes.count {
      let byte = index < bytes.count ? bytes[index] : UInt8(ascii: "\n")
      if isQuoted && index < bytes.count {
        if byte == UInt8(ascii: "\"") {
          if index + 1 < bytes.count, bytes[index + 1] == UInt8(ascii: "\"") {
            field.append(byte)
            index += 1
          } else {
            isQuoted = false
          }
        } else {
          if byte == UInt8(ascii: "\n") { number += 1 }
          field.append(byte)
        }
      } else {
        switch byte {
        case UInt8(ascii: "\"") where field.isEmpty: isQuoted = true
        case UInt8(ascii: ","):
          fields.append(end())
          field = []
        case UInt8(ascii: "\r"): break
        case UInt8(ascii: "\n"):
          if isQuoted {
            throw DatasetError(.invalidTable, "\(path):\(start): a quote is not closed")
          }
          if !fields.isEmpty || !field.isEmpty { lines.append((start, fields + [end()])) }
          (fields, field) = ([], [])
          number += 1
          start = number
        default: field.append(byte)
        }
      }
      index += 1
    }
    return lines
  }
}
