/// The random number generator of NumPy's legacy `numpy.random.RandomState`, bit for bit.
///
/// It is MT19937 (Matsumoto & Nishimura 1998), with NumPy's methods for drawing from its 32-bit words
/// (`numpy/random/src/legacy`), which NumPy has frozen. Whatever is random in a training run comes
/// from generators that are seeded with their purpose, so that a run can go on from any epoch, and be
/// repeated in NumPy.
package struct MersenneTwister: RandomNumberGenerator, Sendable {
  private static let size = 624
  private static let shift = 397

  private var key: [UInt32]
  private var position = Self.size

  /// `RandomState(seed)`.
  package init(seed: UInt32) {
    key = Self.key(seed)
  }

  /// `RandomState([...])`: `init_by_array` of the reference implementation.
  ///
  /// - Precondition: `seed` is not empty.
  package init(seed: [UInt32]) {
    precondition(!seed.isEmpty, "the seed is empty")
    var key = Self.key(19_650_218)
    var i = 1
    var j = 0
    /// Mixes the word before `i` into the word at `i`, and goes on to the next.
    func mix(_ factor: UInt32, _ summand: (UInt32) -> UInt32) {
      let last = key[i - 1]
      key[i] = summand(key[i] ^ ((last ^ (last >> 30)) &* factor))
      i += 1
      if i == Self.size {
        key[0] = key[Self.size - 1]
        i = 1
      }
    }
    for _ in 0..<max(Self.size, seed.count) {
      mix(1_664_525) { $0 &+ seed[j] &+ UInt32(truncatingIfNeeded: j) }
      j = (j + 1) % seed.count
    }
    for _ in 1..<Self.size {
      let index = UInt32(i)
      mix(1_566_083_941) { $0 &- index }
    }
    key[0] = 0x8000_0000
    self.key = key
  }

  private static func key(_ seed: UInt32) -> [UInt32] {
    var word = seed
    return (0..<UInt32(size)).map { index in
      defer { word = 1_812_433_253 &* (word ^ (word >> 30)) &+ index &+ 1 }
      return word
    }
  }

  /// 64 random bits: two words, the first the upper one, as NumPy's `next_uint64`.
  package mutating func next() -> UInt64 {
    let upper = UInt64(nextWord())
    return upper << 32 | UInt64(nextWord())
  }

  /// 32 random bits.
  package mutating func nextWord() -> UInt32 {
    if position == Self.size { refill() }
    var word = key[position]
    position += 1
    word ^= word >> 11
    word ^= (word << 7) & 0x9D2C_5680
    word ^= (word << 15) & 0xEFC6_0000
    return word ^ (word >> 18)
  }

  private mutating func refill() {
    key.withUnsafeMutableBufferPointer { key in
      // SAFETY: all indices are below `size`, the number of words.
      for i in 0..<Self.size {
        let next = i + 1 < Self.size ? i + 1 : 0
        let far = i + Self.shift < Self.size ? i + Self.shift : i + Self.shift - Self.size
        let bits = (key[i] & 0x8000_0000) | (key[next] & 0x7FFF_FFFF)
        key[i] = key[far] ^ (bits >> 1) ^ (bits & 1 == 0 ? 0 : 0x9908_B0DF)
      }
    }
    position = 0
  }

  /// `random_sample()`: a number in 0..<1 with 53 random bits.
  package mutating func unit() -> Double {
    let high = Double(nextWord() >> 5)
    let low = Double(nextWord() >> 6)
    return (high * 67_108_864 + low) / 9_007_199_254_740_992
  }

  /// `uniform(low, high)`.
  package mutating func uniform(_ low: Double, _ high: Double) -> Double {
    let range = high - low
    return low + range * unit()
  }

  /// `random_interval`: an integer in `0...limit`, by drawing until one is not above it.
  ///
  /// - Precondition: `limit` is not negative.
  package mutating func interval(_ limit: Int) -> Int {
    precondition(limit >= 0)
    guard limit > 0 else { return 0 }
    let most = UInt64(limit)
    let mask = UInt64.max >> most.leadingZeroBitCount
    while true {
      let bits = most > UInt32.max ? next() : UInt64(nextWord())
      let value = bits & mask
      if value <= most { return Int(value) }
    }
  }

  /// `shuffle(array)`: Fisher and Yates from the end.
  package mutating func shuffle<Element>(_ array: inout [Element]) {
    for i in stride(from: array.count - 1, to: 0, by: -1) { array.swapAt(i, interval(i)) }
  }

  /// `permutation(count)`: the numbers `0..<count` in random order.
  package mutating func permutation(_ count: Int) -> [Int] {
    var order = Array(0..<count)
    shuffle(&order)
    return order
  }
}
