import PneumoSystem

/// The probability of a logit: the logistic function.
package func sigmoid(_ logit: Double) -> Double {
  logit >= 0 ? 1 / (1 + exp(-logit)) : exp(logit) / (1 + exp(logit))
}

/// The logit of a probability, at most 36 away from 0: double precision tells no greater one from 1.
package func logit(_ probability: Double) -> Double {
  min(max(log(probability / (1 - probability)), -36), 36)
}

/// The probabilities of a row of logits.
package func softmax(_ logits: ArraySlice<Double>) -> [Double] {
  let logarithm = logSumExp(logits)
  return logits.map { exp($0 - logarithm) }
}

/// `log Σ exp x`, computed so that it neither overflows nor loses all digits.
package func logSumExp(_ values: some Collection<Double>) -> Double {
  guard let largest = values.max() else { return -.infinity }
  return largest + log(values.reduce(0) { $0 + exp($1 - largest) })
}
