import PneumoSystem

/// The threshold of an ensemble that averages logits: the mean of its models' thresholds, as logits too.
/// For one model, its own.
package func ensembleThreshold(_ thresholds: [Float]) -> Float {
  guard thresholds.count > 1 else { return thresholds[0] }
  let logits = thresholds.map { threshold in
    let probability = Double(threshold)
    return min(max(log(probability / (1 - probability)), -36), 36)
  }
  let mean = logits.reduce(0, +) / Double(logits.count)
  return Float(1 / (1 + exp(-mean)))
}

/// The mean of each logit over all models, whose numbers of logits are equal.
package func meanLogits(_ logits: [[Float]]) -> [Float] {
  guard logits.count > 1 else { return logits[0] }
  return logits[0].indices.map { output in
    // In double precision, so that the mean of equal logits is that logit.
    Float(logits.reduce(0.0) { $0 + Double($1[output]) } / Double(logits.count))
  }
}
