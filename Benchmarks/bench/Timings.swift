import Foundation

/// How long each of many runs took.
struct Timings {
  /// In milliseconds, the shortest first; not empty.
  let milliseconds: [Double]

  /// Timings of one or more runs, in any order.
  init(milliseconds: [Double]) {
    precondition(!milliseconds.isEmpty, "at least one run")
    self.milliseconds = milliseconds.sorted()
  }

  /// The time that `share` of the runs were shorter than; 0.5 is the median (the upper one of two).
  func percentile(_ share: Double) -> Double {
    milliseconds[min(milliseconds.count - 1, Int(share * Double(milliseconds.count)))]
  }

  /// The median.
  var median: Double { percentile(0.5) }

  /// Calls `body` for `warmUp` seconds, then times each call for `seconds`, at least five.
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

  /// Milliseconds that one call takes.
  static func time<Failure: Error>(_ body: () throws(Failure) -> Void) throws(Failure) -> Double {
    let start = ContinuousClock.now
    try body()
    return (ContinuousClock.now - start) / .milliseconds(1)
  }
}

/// The median of `values`, the mean of two where their number is even; not empty.
func median(_ values: [Double]) -> Double {
  let sorted = values.sorted()
  let middle = sorted.count / 2
  return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}
