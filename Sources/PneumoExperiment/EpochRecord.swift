/// What one epoch gave.
public struct EpochRecord: Hashable, Sendable {
  /// Counts from 1.
  public let epoch: Int
  /// Wall-clock time, validation included.
  public let seconds: Double
}
