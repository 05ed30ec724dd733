/// The random number generator of NumPy's `numpy.random.default_rng`, bit for bit.
///
/// It is PCG64 (XSL-RR, O'Neill 2014), seeded by NumPy's `SeedSequence`: NumPy Enhancement Proposal 19.
package struct PCG64: RandomNumberGenerator, Sendable {
  private var state: UInt128 = 0
  private let increment: UInt128
  private static let multiplier: UInt128 = 0x2360_ED05_1FC6_5DA4_4385_DF64_9FCC_F645

  /// `default_rng(seed)`
  package init(seed: UInt32) {
    let words = SeedSequence(seed).words(8).map { UInt128($0) }
    // In each 64-bit word the low half comes first; in each 128-bit number, the high word.
    let high = { (word: Int) in words[word] | words[word + 1] << 32 }
    let start = high(0) << 64 | high(2)
    increment = (high(4) << 64 | high(6)) << 1 | 1
    step()
    state &+= start
    step()
  }

  private mutating func step() { state = state &* Self.multiplier &+ increment }

  /// 64 random bits.
  package mutating func next() -> UInt64 {
    step()
    let folded = UInt64(truncatingIfNeeded: state >> 64) ^ UInt64(truncatingIfNeeded: state)
    let turn = UInt64(truncatingIfNeeded: state >> 122)
    return folded >> turn | folded << ((64 - turn) & 63)
  }

  /// `uniform(low, high)`
  package mutating func uniform(_ low: Double, _ high: Double) -> Double {
    low + (high - low) * (Double(next() >> 11) * 0x1p-53)
  }

  /// `uniform(low, high, count).astype("f4")`
  package mutating func floats(_ count: Int, _ low: Double, _ high: Double) -> [Float] {
    [Float](unsafeUninitializedCapacity: count) { buffer, initialized in
      for index in 0..<count {
        buffer.initializeElement(at: index, to: Float(uniform(low, high)))
      }
      initialized = count
    }
  }
}

/// NumPy's `SeedSequence` of one 32-bit number, after O'Neill's `seed_seq_fe`.
private struct SeedSequence {
  private var pool: [UInt32]

  init(_ entropy: UInt32) {
    var hash = Hash(constant: 0x43B0_D7E5, multiplier: 0x931E_8875)
    pool = [entropy, 0, 0, 0].map { hash($0) }
    for source in pool.indices {
      for target in pool.indices where target != source {
        let mixed = pool[target] &* 0xCA01_F9DD &- hash(pool[source]) &* 0x4973_F715
        pool[target] = mixed ^ mixed >> 16
      }
    }
  }

  /// `generate_state(count)`
  func words(_ count: Int) -> [UInt32] {
    var hash = Hash(constant: 0x8B51_F9DD, multiplier: 0x58F3_8DED)
    return (0..<count).map { hash(pool[$0 % pool.count]) }
  }

  private struct Hash {
    var constant: UInt32
    let multiplier: UInt32

    mutating func callAsFunction(_ value: UInt32) -> UInt32 {
      var value = value ^ constant
      constant &*= multiplier
      value &*= constant
      return value ^ value >> 16
    }
  }
}
