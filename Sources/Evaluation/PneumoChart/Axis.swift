import PneumoSupport
import PneumoSystem

/// One side of a plot: which value stands where.
package struct Axis: Sendable {
  /// A value with its text.
  package struct Tick: Hashable, Sendable {
    /// Where it stands.
    package let value: Double
    /// What stands there.
    package let label: String
  }

  /// How values are spread.
  package enum Scale: String, Sendable {
    case linear
    /// Probabilities by the logarithm of their odds, which spreads those near 0 and 1.
    case logit
  }

  /// What is shown, with its unit.
  package let title: String
  /// How values are spread.
  package let scale: Scale
  /// The values at both ends.
  package let range: ClosedRange<Double>
  /// The values that are written down.
  package let ticks: [Tick]

  /// Where a value stands, 0 at the lower end and 1 at the upper one; values beyond stand at an end.
  package func place(_ value: Double) -> Double { min(max(distance(value), 0), 1) }

  /// The same of values beyond too, as far as an axis' length away.
  func distance(_ value: Double) -> Double {
    let (low, high) = (scaled(range.lowerBound), scaled(range.upperBound))
    guard high > low, !value.isNaN else { return 0 }
    return min(max((scaled(value) - low) / (high - low), -1), 2)
  }

  private func scaled(_ value: Double) -> Double {
    scale == .linear ? value : log(value / (1 - value))
  }

  /// Round numbers from at most `least` to at least `greatest`.
  ///
  /// - Parameter isShare: whether nothing lies above 1.
  package static func linear(
    _ title: String, from least: Double, to greatest: Double, ticks count: Int = 5,
    isShare: Bool = false
  ) -> Axis {
    let rough = max(greatest - least, 1e-9) / Double(count)
    var power = 1.0
    var places = 0
    while power > rough, places < 9 {
      power /= 10
      places += 1
    }
    while power * 10 <= rough { power *= 10 }
    let step = [1.0, 2, 5, 10].map { $0 * power }.first { $0 >= rough } ?? power * 10
    if step >= 10 * power { places = max(places - 1, 0) }
    let low = (least / step).rounded(.down) * step
    let above = (greatest / step - 1e-9).rounded(.up) * step
    let high = max(isShare && greatest <= 1 ? min(above, 1) : above, low + step)
    let ticks = (0...Int(((high - low) / step + 1e-6).rounded(.down))).map { index in
      let value = low + Double(index) * step
      return Tick(value: value, label: Format.fixed(value, places))
    }
    return Axis(title: title, scale: .linear, range: low...high, ticks: ticks)
  }

  /// Shares from 0 to 1.
  package static func share(_ title: String) -> Axis {
    linear(title, from: 0, to: 1, isShare: true)
  }

  /// Probabilities from `1 - limit` to `limit`, spread by their odds.
  package static func logit(_ title: String, limit: Double = 0.9995) -> Axis {
    let ticks = ["0.001", "0.01", "0.1", "0.5", "0.9", "0.99", "0.999"].map {
      Tick(value: Double($0) ?? 0, label: $0)
    }
    let range = 1 - limit...limit
    return Axis(
      title: title, scale: .logit, range: range, ticks: ticks.filter { range.contains($0.value) })
  }
}
