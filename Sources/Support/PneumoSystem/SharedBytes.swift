/// Immutable bytes at an address aligned to at least 64, shared by reference.
///
/// Either a private, read-only mapping of a file or a copy in memory. A mapped file must not be
/// truncated while it is in use; ``writeAtomically(_:to:)`` never does that, since it replaces
/// the name and leaves the old bytes to those who mapped them.
package final class SharedBytes: @unchecked Sendable {
  // SAFETY: the region is never written after `init` and lives as long as this object.
  private let region: UnsafeRawBufferPointer
  private let isMapping: Bool

  private init(region: UnsafeRawBufferPointer, isMapping: Bool) {
    self.region = region
    self.isMapping = isMapping
  }

  deinit {
    guard let base = UnsafeMutableRawPointer(mutating: region.baseAddress) else { return }
    if isMapping { munmap(base, region.count) } else { base.deallocate() }
  }

  /// Number of bytes.
  package var count: Int { region.count }

  /// Maps the regular file at `path`, at most `limit` bytes long.
  package static func mapping(_ path: String, limit: Int) throws(FileError) -> SharedBytes {
    let file = try OpenFile(reading: path, limit: limit)
    guard file.size > 0 else { return SharedBytes(copying: []) }
    let address = mmap(nil, file.size, PROT_READ, MAP_PRIVATE, file.descriptor, 0)
    guard let address, address != MAP_FAILED else { throw .last(path, doing: "map") }
    return SharedBytes(
      region: UnsafeRawBufferPointer(start: address, count: file.size), isMapping: true)
  }

  /// A copy of `bytes`.
  package convenience init(copying bytes: [UInt8]) {
    let copy = UnsafeMutableRawBufferPointer.allocate(
      byteCount: max(bytes.count, 1), alignment: 64)
    copy.copyBytes(from: bytes)
    self.init(
      region: UnsafeRawBufferPointer(start: copy.baseAddress, count: bytes.count), isMapping: false)
  }

  /// Calls `body` with all bytes, which it must not use afterwards.
  package func withUnsafeBytes<Result: ~Copyable, Failure: Error>(
    _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try body(region)
  }
}
