import CHDF5
import PneumoModel

/// A dataset of an open HDF5 file.
struct HDF5Dataset: ~Copyable {
  private let handle: HDF5Handle
  /// For errors.
  let path: String
  /// Extents of all axes, none for a single number.
  let shape: [Int]

  private init(handle: consuming HDF5Handle, path: String, shape: [Int]) {
    self.handle = handle
    self.path = path
    self.shape = shape
  }

  /// Opens the dataset at `name` of the group `parent` and checks that it holds numbers of 16, 32
  /// or 64 bits with fraction, all of them in the file.
  static func opening(
    _ name: String, in parent: hid_t, path: String, fileSize: Int
  ) throws(ImportError) -> HDF5Dataset {
    let damaged = ImportError(.damagedFile, "cannot open its dataset '\(path)'")
    let handle = HDF5Handle(H5Dopen2(parent, name, pneumo_h5_default()), close: H5Dclose)
    guard handle.identifier >= 0 else { throw damaged }
    try checkStorage(handle.identifier, path)

    let type = HDF5Handle(H5Dget_type(handle.identifier), close: H5Tclose)
    let space = HDF5Handle(H5Dget_space(handle.identifier), close: H5Sclose)
    let rank = H5Sget_simple_extent_ndims(space.identifier)
    guard type.identifier >= 0, (0...32).contains(rank) else { throw damaged }
    let byteCount = H5Tget_size(type.identifier)
    guard H5Tget_class(type.identifier) == H5T_FLOAT, [2, 4, 8].contains(byteCount) else {
      throw ImportError(
        .unsupportedStorage, "the weight '\(path)' is not stored as float16, float32 or float64")
    }
    var extents = [hsize_t](repeating: 0, count: max(Int(rank), 1))
    guard H5Sget_simple_extent_dims(space.identifier, &extents, nil) >= 0 else { throw damaged }
    let shape = try shape(
      extents.prefix(Int(rank)), path, limit: min(fileSize / byteCount, Limits.elements))
    return HDF5Dataset(handle: handle, path: path, shape: shape)
  }

  private static func shape(
    _ extents: ArraySlice<hsize_t>, _ path: String, limit: Int
  ) throws(ImportError) -> [Int] {
    var shape: [Int] = []
    var count = 1
    for extent in extents {
      guard let extent = Int(exactly: extent), extent == 0 || count <= limit / extent else {
        throw ImportError(
          .limitExceeded,
          "the weight '\(path)' claims the shape \(Array(extents)), more numbers than the file "
            + "or a model can hold (\(limit))")
      }
      count *= extent
      shape.append(extent)
    }
    return shape
  }

  private static func checkStorage(_ identifier: hid_t, _ path: String) throws(ImportError) {
    let properties = HDF5Handle(H5Dget_create_plist(identifier), close: H5Pclose)
    let layout = H5Pget_layout(properties.identifier)
    guard layout != H5D_VIRTUAL, H5Pget_external_count(properties.identifier) == 0 else {
      throw ImportError(
        .unsupportedStorage,
        "the weight '\(path)' is stored in another file; only data in the file itself is read")
    }
    // Keras writes none, and only unfiltered data is known to be no larger than its file.
    guard H5Pget_nfilters(properties.identifier) == 0 else {
      throw ImportError(
        .unsupportedStorage,
        "the weight '\(path)' is compressed or otherwise filtered; undo it with "
          + "'h5repack -f NONE in.h5 out.h5'")
    }
  }

  /// All numbers in row-major order, narrowed to `Float` where they are wider.
  func floats() throws(ImportError) -> [Float] {
    let count = shape.reduce(1, *)
    var isRead = false
    // SAFETY: `count` is the number of elements of the dataset, checked by `init`.
    let values = [Float](unsafeUninitializedCapacity: count) { buffer, initialized in
      isRead =
        count == 0
        || H5Dread(
          handle.identifier, pneumo_h5_native_float(), pneumo_h5_all(), pneumo_h5_all(),
          pneumo_h5_default(), buffer.baseAddress) >= 0
      if isRead { initialized = count }
    }
    guard isRead else {
      throw ImportError(
        .damagedFile, "cannot read the weight '\(path)'; the file may be truncated: copy it again")
    }
    return values
  }
}
