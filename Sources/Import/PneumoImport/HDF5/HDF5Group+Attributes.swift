import CHDF5
import PneumoModel
import PneumoSystem

extension HDF5Group {

  func hasAttribute(_ name: String) -> Bool { H5Aexists(handle.identifier, name) > 0 }

  /// The only string of the attribute `name`; `nil` where there is none.
  func string(_ name: String) throws(ImportError) -> String? {
    guard let strings = try storedStrings(name) else { return nil }
    guard strings.count == 1 else {
      throw ImportError(
        .notKeras,
        "the attribute '\(name)' of '\(path)' should be one string, found "
          + "\(strings.count)")
    }
    return strings[0]
  }

  /// The strings of the attribute `name`; `nil` where there is none.
  ///
  /// A list over 64 KiB is split by Keras into the attributes `name0`, `name1`, …
  func strings(_ name: String) throws(ImportError) -> [String]? {
    if let strings = try storedStrings(name) { return strings }
    guard var all = try storedStrings("\(name)0") else { return nil }
    var part = 1
    while let more = try storedStrings("\(name)\(part)") {
      all += more
      part += 1
      guard all.count <= Self.maximumStrings else { throw tooMany(all.count, name) }
    }
    return all
  }

  private static var maximumStrings: Int { 1 << 16 }

  private func tooMany(_ count: Int, _ name: String) -> ImportError {
    ImportError(
      .limitExceeded,
      "the attribute '\(name)' of '\(path)' has \(count) elements; at most "
        + "\(Self.maximumStrings) are accepted")
  }

  private func storedStrings(_ name: String) throws(ImportError) -> [String]? {
    guard hasAttribute(name) else { return nil }
    let damaged = ImportError(
      .damagedFile, "cannot read the attribute '\(name)' of '\(path)'; the file is damaged")
    let attribute = HDF5Handle(
      H5Aopen(handle.identifier, name, pneumo_h5_default()), close: H5Aclose)
    let space = HDF5Handle(H5Aget_space(attribute.identifier), close: H5Sclose)
    let type = HDF5Handle(H5Aget_type(attribute.identifier), close: H5Tclose)
    let points = H5Sget_simple_extent_npoints(space.identifier)
    guard attribute.identifier >= 0, type.identifier >= 0, points >= 0 else { throw damaged }
    // An empty list of names is stored as a list of no numbers.
    guard points > 0 else { return [] }
    guard points <= Self.maximumStrings else { throw tooMany(Int(points), name) }
    guard H5Tget_class(type.identifier) == H5T_STRING else {
      throw ImportError(.notKeras, "the attribute '\(name)' of '\(path)' should hold strings")
    }
    let strings =
      H5Tis_variable_str(type.identifier) > 0
      ? variableStrings(attribute.identifier, type, space, count: Int(points))
      : fixedStrings(attribute.identifier, type.identifier, count: Int(points))
    guard let strings else { throw damaged }
    return strings
  }

  /// Strings of one length, filled up with zeros or blanks.
  private func fixedStrings(_ attribute: hid_t, _ type: hid_t, count: Int) -> [String]? {
    let length = H5Tget_size(type)
    let (total, overflow) = length.multipliedReportingOverflow(by: count)
    guard length > 0, !overflow, total <= fileSize else { return nil }
    var bytes = [UInt8](repeating: 0, count: total)
    // SAFETY: in the attribute's own type, libhdf5 writes `count` elements of `length` bytes.
    guard H5Aread(attribute, type, &bytes) >= 0 else { return nil }
    let isBlankPadded = H5Tget_strpad(type) == H5T_STR_SPACEPAD
    return (0..<count).map { index in
      var text = bytes[index * length..<(index + 1) * length].prefix { $0 != 0 }
      while isBlankPadded, text.last == UInt8(ascii: " ") { text.removeLast() }
      return String(decoding: text, as: UTF8.self)
    }
  }

  /// Strings that stand each by itself in a heap of the file.
  private func variableStrings(
    _ attribute: hid_t, _ type: borrowing HDF5Handle, _ space: borrowing HDF5Handle, count: Int
  ) -> [String]? {
    var pointers = [UnsafeMutablePointer<CChar>?](repeating: nil, count: count)
    // In the attribute's own type: a conversion to another character set would be refused.
    guard H5Aread(attribute, type.identifier, &pointers) >= 0 else { return nil }
    // SAFETY: libhdf5 allocated each string with a zero at its end, and frees it below.
    let strings = pointers.map { $0.map { String(cString: $0) } ?? "" }
    H5Dvlen_reclaim(type.identifier, space.identifier, pneumo_h5_default(), &pointers)
    return strings
  }
}
