/// Floats between two guard bands, which whoever writes to them must leave alone.
public final class GuardedBuffer {
  /// Elements between the bands.
  public let count: Int
  private let memory: UnsafeMutablePointer<Float>
  private static let bandCount = 64
  /// A NaN with a payload that no arithmetic makes.
  private static let mark = Float(bitPattern: 0x7FC0_BEEF)

  /// `count` elements that are marked as not written.
  public init(count: Int) {
    self.count = count
    memory = .allocate(capacity: count + 2 * Self.bandCount)
    memory.initialize(repeating: Self.mark, count: count + 2 * Self.bandCount)
  }

  /// A copy of `values`.
  public convenience init(_ values: [Float]) {
    self.init(count: values.count)
    for (index, value) in values.enumerated() { pointer[index] = value }
  }

  deinit { memory.deallocate() }

  /// The first element.
  public var pointer: UnsafeMutablePointer<Float> { memory + Self.bandCount }

  /// What stands between the bands now.
  public var values: [Float] { Array(UnsafeBufferPointer(start: pointer, count: count)) }

  /// Whether both bands are as they were.
  public var isIntact: Bool {
    (0..<Self.bandCount).allSatisfy {
      memory[$0].bitPattern == Self.mark.bitPattern
        && pointer[count + $0].bitPattern == Self.mark.bitPattern
    }
  }
}
