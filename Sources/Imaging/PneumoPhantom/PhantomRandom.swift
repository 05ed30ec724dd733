import PneumoSupport

/// The random number generator of phantoms: SplitMix64, which needs only integer arithmetic.
///
/// Drawing uses no sine, exponential or power function, whose last bits differ between C libraries.
/// Sums, products, quotients, square roots and roundings of IEEE 754 give the same pixels
/// everywhere.
struct PhantomRandom: Sendable {
  /// Each part of a phantom draws random numbers from a separate stream, so that parts are
  /// independent: the finding does not affect the anatomy or the view.
  enum Stream: UInt64, Sendable {
    case finding = 1
    case anatomy, vessels, opacity, view, noise
  }

  private var generator: SplitMix64

  init(seed: UInt64, index: Int, stream: Stream) {
    let place = UInt64(bitPattern: Int64(index))
    let key = SplitMix64.mixed(place &+ SplitMix64.mixed(stream.rawValue))
    generator = SplitMix64(state: SplitMix64.mixed(seed ^ key))
  }

  mutating func next() -> UInt64 { generator.next() }

  /// A uniformly distributed number in `range`; rounding may produce the upper bound.
  mutating func uniform(_ range: ClosedRange<Float>) -> Float {
    let unit = Float(next() >> 40) * 0x1p-24
    return range.lowerBound + (range.upperBound - range.lowerBound) * unit
  }

  /// A number in `range`, more likely near its middle than near its ends.
  mutating func central(_ range: ClosedRange<Float>) -> Float {
    (uniform(range) + uniform(range) + uniform(range)) / 3
  }

  mutating func integer(_ range: ClosedRange<Int>) -> Int {
    range.lowerBound + Int(next() >> 33) % range.count
  }

  /// Returns true with the given probability.
  mutating func chance(_ probability: Float) -> Bool { uniform(0...1) < probability }
}

/// Smooth noise in 0...1, interpolated from random values on a square lattice with unit spacing.
struct ValueNoise: Sendable {
  private let salt: UInt64

  init(salt: UInt64) { self.salt = salt }

  func value(_ x: Float, _ y: Float) -> Float {
    let (left, top) = (x.rounded(.down), y.rounded(.down))
    let (across, down) = (eased(x - left), eased(y - top))
    let (column, row) = (Int64(left), Int64(top))
    let upper = mix(corner(column, row), corner(column + 1, row), across)
    let lower = mix(corner(column, row + 1), corner(column + 1, row + 1), across)
    return mix(upper, lower, down)
  }

  /// Three octaves of the noise, in 0...1.
  func cloud(_ x: Float, _ y: Float) -> Float {
    let fine = value(x * 4.3 + 31, y * 4.3 + 17)
    return (4 * value(x, y) + 2 * value(x * 2.1 + 7, y * 2.1 + 13) + fine) / 7
  }

  private func corner(_ column: Int64, _ row: Int64) -> Float {
    let place = UInt64(bitPattern: column) &* SplitMix64.increment ^ UInt64(bitPattern: row)
    return Float(SplitMix64.mixed(place &+ salt) >> 40) * 0x1p-24
  }
}
