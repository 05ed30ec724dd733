import PneumoSystem

/// The threshold of an ensemble that averages logits: the mean of its models' thresholds, as logits too.
/// Of one model its own.
package func ensembleThreshold(_ thresholds: [Float]) -> Float {
  guard thresholds.count > 1 else { return thresholds[0] }
  let logits = thresholds.map { threshold in
    let probability = Double(threshold)
    return min(max(log(probability / (1 - probability)), -36), 36)
  }
  let mean = logits.reduce(0, +) / Double(logits.count)
  return Float(1 / (1 + exp(-mean)))
}
