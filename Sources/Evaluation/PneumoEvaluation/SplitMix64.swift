/// A generator of random numbers (Steele, Lea & Flood 2014).
package struct SplitMix64: Sendable {
  private var state: UInt64

  /// Starts a series.
  package init(state: UInt64) { self.state = state }

  /// A number of 0..<count.
  package mutating func below(_ count: Int) -> Int {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    z ^= z >> 31
    return Int(z.multipliedFullWidth(by: UInt64(count)).high)
  }
}
