extension Sample {

  /// Whose image a file is, by its name.
  ///
  /// Files of the data set of Kermany et al. (2018) name the patient:
  /// - `person{ID}_{bacteria|virus}_{n}`, or with more after n (`person447_virus_921_1`): the patient
  ///   is `person{ID}_{bacteria|virus}`, since bacterial and viral patients share numbers;
  /// - `IM-{ID}-…` and `NORMAL2-IM-{ID}-…`: the patient is `IM-{ID}` or `NORMAL2-IM-{ID}`, two
  ///   series with numbers of their own.
  ///
  /// ID and n are decimal digits. Any other file is its own patient, named by its path.
  package static func patient(ofFile path: String) -> String {
    let name = path.utf8.split(separator: UInt8(ascii: "/")).last ?? Substring(path).utf8
    let stem = name.prefix { $0 != UInt8(ascii: ".") }
    return Substring(stem).pneumoniaPatient ?? Substring(stem).normalPatient ?? path
  }
}

extension Substring {
  fileprivate var pneumoniaPatient: String? {
    let parts = split(separator: "_", omittingEmptySubsequences: false)
    guard parts.count >= 3, parts[0].hasPrefix("person"), parts[0].dropFirst(6).isNumber,
      parts[1] == "bacteria" || parts[1] == "virus", parts[2].isNumber
    else { return nil }
    return "\(parts[0])_\(parts[1])"
  }

  fileprivate var normalPatient: String? {
    let parts = split(separator: "-", omittingEmptySubsequences: false)
    let series = parts.first == "NORMAL2" ? 2 : 1
    guard parts.count > series + 1, parts[series - 1] == "IM", parts[series].isNumber else {
      return nil
    }
    return parts[...series].joined(separator: "-")
  }

  private var isNumber: Bool {
    !isEmpty && utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
  }
}
