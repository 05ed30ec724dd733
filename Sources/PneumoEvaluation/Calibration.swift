#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// The probability of a logit.
public func sigmoid(_ logit: Double) -> Double {
  logit >= 0 ? 1 / (1 + exp(-logit)) : exp(logit) / (1 + exp(logit))
}

/// Mean binary cross-entropy of logits of class 1, in nats; `nil` without any.
public func crossEntropy(labels: [Int], logits: [Double]) -> Double? {
  guard !labels.isEmpty else { return nil }
  let sum = zip(labels, logits).reduce(0.0) { sum, pair in
    let (label, z) = pair
    return sum + max(z, 0) - z * Double(label) + log1p(exp(-abs(z)))
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

/// The number that logits are to be divided by, so that their cross-entropy is least (Guo et al. 2017).
///
/// Within 0.05...20: where a threshold separates the classes there is no least one. By golden section
/// on its logarithm, in which the cross-entropy has one minimum.
public func temperature(labels: [Int], logits: [Double]) -> Double {
  func loss(_ logarithm: Double) -> Double {
    let factor = exp(-logarithm)
    return crossEntropy(labels: labels, logits: logits.map { $0 * factor }) ?? 0
  }
  let ratio = (5.0.squareRoot() - 1) / 2
  var (low, high): (Double, Double) = (log(0.05), log(20.0))
  var (a, b) = (high - ratio * (high - low), low + ratio * (high - low))
  var (lossA, lossB) = (loss(a), loss(b))
  while high - low > 1e-7 {
    if lossA <= lossB {
      (high, b, lossB) = (b, a, lossA)
      a = high - ratio * (high - low)
      lossA = loss(a)
    } else {
      (low, a, lossA) = (a, b, lossB)
      b = low + ratio * (high - low)
      lossB = loss(b)
    }
  }
  return exp((low + high) / 2)
}
