#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// Mean cross-entropy of logits, in nats; `nil` without any.
///
/// - Parameter outputs: logits of each image: 1, that of class 1 of two, or as many as classes.
public func crossEntropy(labels: [Int], logits: [Double], outputs: Int = 1) -> Double? {
  guard !labels.isEmpty else { return nil }
  let sum = labels.indices.reduce(0.0) { sum, image in
    if outputs == 1 {
      let z = logits[image]
      return sum + max(z, 0) - z * Double(labels[image]) + log1p(exp(-abs(z)))
    }
    let row = logits[image * outputs..<(image + 1) * outputs]
    return sum + logSumExp(row) - row[row.startIndex + labels[image]]
  }
  return sum / Double(labels.count)
}

/// Expected calibration error of probabilities of class 1: over bins of equal width, the mean distance
/// between the mean probability and the share of positives, weighted by the size of the bin
/// (Naeini et al. 2015). `nil` without any.
public func expectedCalibrationError(
  labels: [Int], probabilities: [Double], bins: Int = 15
) -> Double? {
  guard !labels.isEmpty else { return nil }
  var counts = [Int](repeating: 0, count: bins)
  var positives = [Double](repeating: 0, count: bins)
  var sums = [Double](repeating: 0, count: bins)
  for (label, probability) in zip(labels, probabilities) {
    let bin = min(Int(probability * Double(bins)), bins - 1)
    counts[bin] += 1
    positives[bin] += Double(label)
    sums[bin] += probability
  }
  let distance = (0..<bins).reduce(0.0) { $0 + abs(positives[$1] - sums[$1]) }
  return distance / Double(labels.count)
}
