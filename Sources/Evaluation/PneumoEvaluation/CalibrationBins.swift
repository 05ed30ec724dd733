/// A reliability diagram: probabilities of class 1 in bins of equal width, and how often class 1 was observed.
package struct CalibrationBins: Hashable, Sendable {
  /// How many bins there are between 0 and 1.
  package static let count = 15

  /// One bin.
  package struct Bin: Hashable, Sendable {
    /// How many cases it has.
    package fileprivate(set) var count = 0
    fileprivate var positives = 0
    fileprivate var probabilitySum = 0.0

    /// The mean probability; `nil` of an empty bin.
    package var meanProbability: Double? { count > 0 ? probabilitySum / Double(count) : nil }
    /// The share of cases of class 1; `nil` of an empty bin.
    package var shareOfPositives: Double? {
      count > 0 ? Double(positives) / Double(count) : nil
    }
    /// The 95% interval of that share (Wilson); `nil` of an empty bin.
    package var interval: ClosedRange<Double>? { wilsonInterval(positives, of: count) }
    fileprivate var gap: Double { abs(Double(positives) - probabilitySum) }
  }

  /// From probability 0 up.
  package private(set) var bins = [Bin](repeating: Bin(), count: Self.count)

  /// Sorts cases into bins.
  package init(labels: [Int], probabilities: [Double]) {
    for (label, probability) in zip(labels, probabilities) {
      let bin = Self.bin(of: probability)
      bins[bin].count += 1
      bins[bin].positives += label == 1 ? 1 : 0
      bins[bin].probabilitySum += probability
    }
  }

  static func bin(of probability: Double) -> Int {
    min(Int(probability * Double(count)), count - 1)
  }

  /// Expected calibration error: the mean distance between probability and share of positives of a
  /// bin, weighted by its cases (Naeini et al. 2015). `nil` without any.
  package var expectedError: Double? {
    let total = bins.reduce(0) { $0 + $1.count }
    return total > 0 ? bins.reduce(0) { $0 + $1.gap } / Double(total) : nil
  }
}

/// See ``CalibrationBins/expectedError``.
package func expectedCalibrationError(labels: [Int], probabilities: [Double]) -> Double? {
  CalibrationBins(labels: labels, probabilities: probabilities).expectedError
}
