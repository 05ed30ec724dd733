import PneumoSupport

/// The least, the middle and the greatest of some numbers.
package struct Extremes: Hashable, Sendable {
  /// The least.
  package let minimum: Int
  /// The middle one, or the mean of the two in the middle.
  package let median: Double
  /// The greatest.
  package let maximum: Int

  /// `nil` where there are no numbers.
  init?(_ numbers: [Int]) {
    let sorted = numbers.sorted()
    guard let first = sorted.first, let last = sorted.last else { return nil }
    minimum = first
    maximum = last
    median = Double(sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2
  }

  var json: JSON {
    .object(["min": .int(minimum), "median": .double(median), "max": .int(maximum)])
  }
}
