/// SplitMix64, a small and fast random number generator (Steele, Lea & Flood, "Fast splittable
/// pseudorandom number generators", 2014).
///
/// It uses integer arithmetic only, so the same seed gives the same numbers on every machine.
package struct SplitMix64: RandomNumberGenerator, Sendable {
  /// What the state grows by: 2^64 divided by the golden ratio.
  @usableFromInline package static let increment: UInt64 = 0x9E37_79B9_7F4A_7C15

  private var state: UInt64

  /// The generator that the authors seed with `state`.
  package init(state: UInt64) { self.state = state }

  /// A generator for a key of several words; each key gives a sequence of its own.
  package init(key: [UInt64]) {
    state = 0
    for word in key { state = Self.mixed(state ^ Self.mixed(word &+ Self.increment)) }
  }

  /// 64 random bits.
  package mutating func next() -> UInt64 {
    state &+= Self.increment
    return Self.mixed(state)
  }

  /// A number in `0..<count` by one multiplication (Lemire 2019, without its rejection step: the
  /// bias is below `count / 2^64`).
  package mutating func below(_ count: Int) -> Int {
    Int(next().multipliedFullWidth(by: UInt64(count)).high)
  }

  /// The number that a generator seeded with `state` returns at position `index`, from 0, without
  /// drawing those before it.
  @inlinable package static func number(at index: UInt64, state: UInt64) -> UInt64 {
    mixed(state &+ (index &+ 1) &* increment)
  }

  /// The finalizer: a bijection in which every bit of the result depends on every bit of `word`.
  @inlinable package static func mixed(_ word: UInt64) -> UInt64 {
    var z = word
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
