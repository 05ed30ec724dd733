import PneumoSystem

/// Memory for `Float`s at an address aligned to 64, zero at first.
///
/// Whoever shares one between threads sees to it that no element is written while another thread
/// reads or writes it.
package final class FloatBuffer: @unchecked Sendable {
  /// Number of elements.
  package let count: Int
  /// The first element. Valid as long as this object.
  package let pointer: UnsafeMutablePointer<Float>
  private let allocation: UnsafeMutableRawPointer
  /// Bytes of the allocation if it came from the system itself, 0 if from `malloc`.
  private let mappedByteCount: Int

  private static let alignment = 64
  private static let hugePage = 1 << 21
  /// Bytes from which on a buffer is worth a huge page.
  private static let large = 1 << 19

  /// `count` zeros. Pages of the memory are taken from the system when they are first touched.
  ///
  /// Large buffers come from the system, where they are zero already (`calloc` would clear memory that
  /// was used before, and so touch all of it), and ask for huge pages: weights are read from end to
  /// end, and with small pages the CPU has to look up an address for each 4 KiB.
  ///
  /// Throws `outOfMemory` where the system has not that much.
  package init(allocating count: Int) throws(ComputeError) {
    self.count = count
    let bytes = count * MemoryLayout<Float>.stride
    let isLarge = bytes >= Self.large
    let alignment = isLarge ? Self.hugePage : Self.alignment
    let wholeBytes = (bytes + alignment - 1) / alignment * alignment
    let allocatedBytes = wholeBytes + alignment
    let allocation = isLarge ? Self.map(allocatedBytes) : calloc(allocatedBytes, 1)
    guard let allocation else { throw Self.outOfMemory(count) }
    self.allocation = allocation
    mappedByteCount = isLarge ? allocatedBytes : 0
    // SAFETY: `alignment` bytes more than needed were allocated, and nothing else is stored there.
    let start = allocation.alignedUp(toMultipleOf: alignment)
    #if os(Linux)
    if isLarge { madvise(start, wholeBytes, CInt(MADV_HUGEPAGE)) }
    #endif
    pointer = start.assumingMemoryBound(to: Float.self)
  }

  /// `count` zeros, for which ``checkRoom(for:)`` has found that there is memory, or so few that a
  /// program without it could not go on either.
  package convenience init(count: Int) {
    do throws(ComputeError) { try self.init(allocating: count) } catch {
      fatalError(error.description)
    }
  }

  /// Throws `outOfMemory` unless the system has memory for `count` elements at once.
  ///
  /// Asks the system itself: `malloc` would keep the memory, and then clear it again for each later
  /// buffer.
  package static func checkRoom(for count: Int) throws(ComputeError) {
    let bytes = max(count * MemoryLayout<Float>.stride, 1)
    guard let memory = map(bytes) else { throw outOfMemory(count) }
    munmap(memory, bytes)
  }

  /// Zeros from the system, or `nil` if it has not that much.
  private static func map(_ bytes: Int) -> UnsafeMutableRawPointer? {
    let memory = mmap(nil, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANON, -1, 0)
    return memory == MAP_FAILED ? nil : memory
  }

  private static func outOfMemory(_ count: Int) -> ComputeError {
    let mebibytes = count * MemoryLayout<Float>.stride >> 20
    return ComputeError(
      .outOfMemory,
      "no memory for \(count) elements (\(mebibytes) MiB); free some, raise the limit of this "
        + "process, or work on fewer images at once")
  }

  deinit {
    if mappedByteCount > 0 { munmap(allocation, mappedByteCount) } else { free(allocation) }
  }
}
