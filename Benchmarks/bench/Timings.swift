import Foundation

/// The durations of a number of runs.
struct Timings {
  /// In milliseconds, the shortest first; not empty.
  let milliseconds: [Double]

  /// Makes timings from the durations of one or more runs, in any order.
  init(milliseconds: [Double]) {
    precondition(!milliseconds.isEmpty, "at least one run")
    self.milliseconds = milliseconds.sorted()
  }

  /// The duration that a fraction `share` of the runs fell below; 0.5 gives the median (of two
  /// middle values, the upper).
  func percentile(_ share: Double) -> Double {
    milliseconds[min(milliseconds.count - 1, Int(share * Double(milliseconds.count)))]
  }

  /// The median.
  var median: Double { percentile(0.5) }

  /// Calls `body` for `warmUp` seconds, then times single calls for `seconds`, but at least five.
  static func measure<Failure: Error>(
    warmUp: Double = 0.5, seconds: Double, _ body: () throws(Failure) -> Void
  ) throws(Failure) -> Timings {
    let clock = ContinuousClock()
    let start = clock.now
    repeat { try body() } while clock.now - start < .seconds(warmUp)
    let measured = clock.now
    var times: [Double] = []
    while times.count < 5 || clock.now - measured < .seconds(seconds) {
      times.append(try time(body))
    }
    return Timings(milliseconds: times)
  }

  /// The duration of one call in milliseconds.
  static func time<Failure: Error>(_ body: () throws(Failure) -> Void) throws(Failure) -> Double {
    let start = ContinuousClock.now
    try body()
    return (ContinuousClock.now - start) / .milliseconds(1)
  }
}

/// The median of `values`, which must not be empty; the mean of the middle two if their count is
/// even.
func median(_ values: [Double]) -> Double {
  let sorted = values.sorted()
  let middle = sorted.count / 2
  return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}
