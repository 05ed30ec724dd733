/// Memory for `Float`s at an address aligned to 64, zero at first.
///
/// Whoever shares one between threads sees to it that no element is written while another thread
/// reads or writes it.
public final class FloatBuffer: @unchecked Sendable {
  /// Number of elements.
  public let count: Int
  private let memory: UnsafeMutableRawPointer

  /// `count` zeros.
  public init(count: Int) {
    self.count = count
    let byteCount = max(count, 1) * MemoryLayout<Float>.stride
    memory = .allocate(byteCount: byteCount, alignment: 64)
    memory.initializeMemory(as: Float.self, repeating: 0, count: max(count, 1))
  }

  deinit { memory.deallocate() }

  /// The first element. Valid as long as this object.
  public var pointer: UnsafeMutablePointer<Float> {
    // SAFETY: bound to Float in `init`.
    memory.assumingMemoryBound(to: Float.self)
  }
}
