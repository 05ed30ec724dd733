import CHDF5
import PneumoModel

/// A group of an open HDF5 file: named groups and datasets, and attributes.
struct HDF5Group: ~Copyable {
  let handle: HDF5Handle
  /// For errors.
  let path: String
  let fileSize: Int

  private init(handle: consuming HDF5Handle, path: String, fileSize: Int) {
    self.handle = handle
    self.path = path
    self.fileSize = fileSize
  }

  /// The group `name` of the file or group `parent`.
  static func opening(
    _ name: String, in parent: hid_t, path: String, fileSize: Int
  ) throws(ImportError) -> HDF5Group {
    let identifier = H5Gopen2(parent, name, pneumo_h5_default())
    guard identifier >= 0 else {
      throw ImportError(.damagedFile, "cannot open its group '\(path)'; the file is damaged")
    }
    return HDF5Group(
      handle: HDF5Handle(identifier, close: H5Gclose), path: path, fileSize: fileSize)
  }

  /// The path of the member `name`.
  func path(of name: String) -> String { path == "/" ? "/\(name)" : "\(path)/\(name)" }

  /// Whether the group has a member `name`, which holds no slash.
  func has(_ name: String) -> Bool {
    !name.isEmpty && H5Lexists(handle.identifier, name, pneumo_h5_default()) > 0
  }

  /// The group at `name`, which may be a path of several names.
  func group(_ name: String) throws(ImportError) -> HDF5Group {
    let parts = Self.parts(name)
    try checkLinks(parts)
    return try HDF5Group.opening(
      parts.joined(separator: "/"), in: handle.identifier, path: path(of: name),
      fileSize: fileSize)
  }

  /// The dataset at `name`, which may be a path of several names.
  func dataset(_ name: String) throws(ImportError) -> HDF5Dataset {
    let parts = Self.parts(name)
    try checkLinks(parts)
    return try HDF5Dataset.opening(
      parts.joined(separator: "/"), in: handle.identifier, path: path(of: name),
      fileSize: fileSize)
  }

  private static func parts(_ name: String) -> [String] {
    name.split(separator: "/").map(String.init)
  }

  /// Only hard links stay in the file for certain.
  private func checkLinks(_ parts: [String]) throws(ImportError) {
    var prefix = ""
    for part in parts {
      prefix += prefix.isEmpty ? part : "/\(part)"
      guard part != ".", H5Lexists(handle.identifier, prefix, pneumo_h5_default()) > 0 else {
        throw ImportError(.missingWeight, "has no '\(path(of: prefix))'")
      }
      var info = H5L_info_t()
      guard pneumo_h5_link_info(handle.identifier, prefix, &info) >= 0 else {
        throw ImportError(.damagedFile, "cannot read its link '\(path(of: prefix))'")
      }
      guard info.type == H5L_TYPE_HARD else {
        throw ImportError(
          .unsupportedStorage,
          "'\(path(of: prefix))' is a link that may lead to another file; only data stored in "
            + "the file itself is read")
      }
    }
  }

  /// Names of all members, in the order of their bytes.
  func memberNames() throws(ImportError) -> [String] {
    var info = H5G_info_t()
    guard H5Gget_info(handle.identifier, &info) >= 0 else {
      throw ImportError(.damagedFile, "cannot list its group '\(path)'")
    }
    guard info.nlinks <= Limits.layers else {
      throw ImportError(
        .limitExceeded,
        "its group '\(path)' has \(info.nlinks) members; at most \(Limits.layers) are accepted")
    }
    var names: [String] = []
    for index in 0..<info.nlinks {
      let length = H5Lget_name_by_idx(
        handle.identifier, ".", H5_INDEX_NAME, H5_ITER_INC, index, nil, 0, pneumo_h5_default())
      guard (0...Limits.text).contains(length) else {
        throw ImportError(.damagedFile, "cannot read the names in its group '\(path)'")
      }
      var name = [CChar](repeating: 0, count: length + 1)
      H5Lget_name_by_idx(
        handle.identifier, ".", H5_INDEX_NAME, H5_ITER_INC, index, &name, name.count,
        pneumo_h5_default())
      names.append(
        String(decoding: name.prefix(length).map(UInt8.init(bitPattern:)), as: UTF8.self))
    }
    return names
  }
}
