import CHDF5
import PneumoModel
import Synchronization

/// libhdf5 keeps state that is common to all files: one thread at a time.
private let library = Mutex(())

/// An HDF5 file while it is open for reading.
///
/// Nothing outside the file is opened: links to other files, external storage and filter plugins
/// are errors.
struct HDF5File: ~Copyable {
  private let handle: HDF5Handle
  /// No data in the file is larger than the file.
  let size: Int

  /// Opens the file of `size` bytes at `path` for as long as `body` runs.
  static func reading<Result>(
    _ path: String, size: Int, _ body: (borrowing HDF5File) throws(ImportError) -> Result
  ) throws(ImportError) -> Result {
    try library.withLock { _ throws(ImportError) -> Result in
      let file = try HDF5File(path, size: size)
      return try body(file)
    }
  }

  private init(_ path: String, size: Int) throws(ImportError) {
    guard H5open() >= 0 else { throw ImportError(.unreadable, "libhdf5 does not start") }
    pneumo_h5_silence()
    H5PLset_loading_state(0)
    let identifier = H5Fopen(path, pneumo_h5_read_only(), pneumo_h5_default())
    guard identifier >= 0 else {
      throw ImportError(
        .damagedFile,
        "starts like HDF5, but libhdf5 cannot open it; it may be truncated: copy it again")
    }
    handle = HDF5Handle(identifier, close: H5Fclose)
    self.size = size
  }

  /// The root group.
  func root() throws(ImportError) -> HDF5Group {
    try HDF5Group.opening("/", in: handle.identifier, path: "/", fileSize: size)
  }
}

/// An identifier of libhdf5, negative where a call failed, closed when it goes out of scope.
struct HDF5Handle: ~Copyable {
  let identifier: hid_t
  private let close: (hid_t) -> herr_t

  init(_ identifier: hid_t, close: @escaping (hid_t) -> herr_t) {
    self.identifier = identifier
    self.close = close
  }

  deinit {
    if identifier >= 0 { _ = close(identifier) }
  }
}
