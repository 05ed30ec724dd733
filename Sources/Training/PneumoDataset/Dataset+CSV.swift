import PneumoSupport
import PneumoSystem

extension Dataset {

  /// The images that a CSV file names.
  ///
  /// Its first line names the columns: `path`, `label` and, if wanted, `patient`, in any order;
  /// others are passed over. Quoting follows RFC 4180. Paths are relative to the folder of the CSV,
  /// or absolute. Classes are the labels by byte order, and the images of each follow by byte order
  /// of their paths, whatever the order of the lines. Where there is no patient, or an empty one,
  /// ``Sample/patient(ofFile:)`` says who it is.
  ///
  /// Throws ``DatasetError``, with the number of the line, for what is not such a file, for a path
  /// that comes twice and for an empty path or label; further as ``init(folder:)`` does.
  package init(csv: String, isForTraining: Bool = true) throws(DatasetError) {
    let table = try CSVTable(file: csv)
    let classes = Set(table.rows.map(\.label)).sorted { $0.precedesInBytes($1) }
    let rows = Dictionary(grouping: table.rows, by: \.label)
      .mapValues { $0.sorted { $0.path.precedesInBytes($1.path) } }
    let samples = classes.enumerated().flatMap { label, name in
      rows[name, default: []].map { row in
        Sample(
          path: row.path, label: label,
          patient: row.patient.isEmpty ? Sample.patient(ofFile: row.path) : row.patient)
      }
    }
    try self.init(
      source: csv, classes: classes, samples: samples, isTable: true,
      isForTraining: isForTraining)
  }
}

/// The columns of a CSV of images.
private struct CSVTable {
  struct Row {
    /// From the current folder, or absolute.
    let path: String
    let label: String
    /// Empty where it is not given.
    let patient: String
  }

  /// Bytes that the file may have: ten million lines of a hundred.
  private static let sizeLimit = 1 << 30

  private(set) var rows: [Row] = []

  init(file: String) throws(DatasetError) {
    let records = try Self.records(of: file)
    guard let header = records.first else {
      throw DatasetError(
        .badHeader, "the file is empty; its first line must name the columns path and label",
        file: file)
    }
    let columns = try Self.columns(header, of: file)
    let folder = file.lastIndex(of: "/").map { String(file[...$0]) } ?? ""
    var lines: [String: Int] = [:]
    var places = FolderPlaces()
    for record in records.dropFirst() {
      let row = try Self.row(record, columns, width: header.fields.count, file, folder)
      if let first = lines.updateValue(record.line, forKey: places.file(row.path)) {
        throw DatasetError(
          .duplicatePath, "\(row.path) is on line \(first) already; name each image once",
          file: file, line: record.line)
      }
      rows.append(row)
    }
  }

  private static func records(of file: String) throws(DatasetError) -> [CSVRecord] {
    let bytes: [UInt8]
    do throws(FileError) {
      bytes = try readFile(file, limit: sizeLimit)
    } catch {
      throw DatasetError(error)
    }
    do throws(CSVProblem) {
      return try readCSV(bytes)
    } catch {
      throw DatasetError(.badLine, error.reason, file: file, line: error.line)
    }
  }

  private struct Columns {
    let path: Int
    let label: Int
    let patient: Int?
  }

  private static func columns(
    _ header: CSVRecord, of file: String
  ) throws(DatasetError) -> Columns {
    func fail(_ reason: String) -> DatasetError {
      DatasetError(.badHeader, reason, file: file, line: header.line)
    }
    func column(_ name: String) throws(DatasetError) -> Int? {
      let found = header.fields.indices.filter { header.fields[$0] == name }
      guard found.count < 2 else {
        throw fail("the column '\(name)' is there \(found.count) times")
      }
      return found.first
    }
    guard let path = try column("path"), let label = try column("label") else {
      throw fail(
        "expected a first line that names the columns path, label and, if wanted, patient;"
          + " found '\(header.fields.joined(separator: ","))'")
    }
    return Columns(path: path, label: label, patient: try column("patient"))
  }

  private static func row(
    _ record: CSVRecord, _ columns: Columns, width: Int, _ file: String, _ folder: String
  ) throws(DatasetError) -> Row {
    func fail(_ kind: DatasetError.Kind, _ reason: String) -> DatasetError {
      DatasetError(kind, reason, file: file, line: record.line)
    }
    let fields = record.fields
    guard fields.count == width else {
      throw fail(.badLine, "\(fields.count) fields, expected \(width) as in the first line")
    }
    guard !fields[columns.path].isEmpty else { throw fail(.badLine, "the path is empty") }
    guard !fields[columns.label].isEmpty else {
      throw fail(.missingLabel, "\(fields[columns.path]) has no label; give it one or remove it")
    }
    let path = fields[columns.path]
    return Row(
      path: tidied(path.hasPrefix("/") ? path : folder + path), label: fields[columns.label],
      patient: columns.patient.map { fields[$0] } ?? "")
  }

  /// The path without `.` and empty parts.
  private static func tidied(_ path: String) -> String {
    (path.hasPrefix("/") ? "/" : "")
      + path.split(separator: "/").filter { $0 != "." }.joined(separator: "/")
  }
}

/// The folders of paths by their real paths, so that two spellings of one file are seen, such as
/// `a/../b/1.jpeg` and `b/1.jpeg`.
private struct FolderPlaces {
  private var known: [String: String] = [:]

  /// `path` with the real path of its folder; as it is where there is no such folder. A link with the
  /// name of a file stays a file of its own.
  mutating func file(_ path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return file("./" + path) }
    let folder = String(path[...slash])
    if known[folder] == nil {
      known[folder] = resolvedPath(folder).map { $0 + "/" } ?? folder
    }
    return known[folder, default: folder] + path[path.index(after: slash)...]
  }
}
