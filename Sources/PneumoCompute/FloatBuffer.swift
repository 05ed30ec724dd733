#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// Memory for `Float`s at an address aligned to 64, zero at first.
///
/// Whoever shares one between threads sees to it that no element is written while another thread
/// reads or writes it.
public final class FloatBuffer: @unchecked Sendable {
  /// Number of elements.
  public let count: Int
  private let memory: UnsafeMutableRawPointer
  private static let alignment = 64

  /// `count` zeros. Pages of the memory are taken from the system when they are first touched.
  public init(count: Int) {
    self.count = count
    guard let memory = calloc(count * MemoryLayout<Float>.stride + Self.alignment, 1) else {
      fatalError("out of memory: \(count) numbers")
    }
    self.memory = memory
  }

  deinit { free(memory) }

  /// The first element. Valid as long as this object.
  public var pointer: UnsafeMutablePointer<Float> {
    // SAFETY: `alignment` bytes more than needed were allocated, and nothing else is stored there.
    memory.alignedUp(toMultipleOf: Self.alignment).assumingMemoryBound(to: Float.self)
  }
}
