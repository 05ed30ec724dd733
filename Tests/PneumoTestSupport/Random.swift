import PneumoSupport

/// A small seeded generator, so that a failing test fails again.
public struct SeededGenerator: RandomNumberGenerator, Sendable {
  private var generator: SplitMix64

  /// The same numbers for the same seed.
  public init(seed: UInt64) { generator = SplitMix64(state: seed) }

  /// 64 random bits.
  public mutating func next() -> UInt64 { generator.next() }

  /// Floats of -1..<1.
  public mutating func floats(_ count: Int) -> [Float] {
    (0..<count).map { _ in Float.random(in: -1..<1, using: &self) }
  }
}
