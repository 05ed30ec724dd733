import PneumoSupport
import PneumoSystem

/// Mean cross-entropy of logits, in nats; `nil` without any.
///
/// - Parameter outputs: logits of each image: 1, that of class 1 of two, or as many as classes.
package func crossEntropy(labels: [Int], logits: [Double], outputs: Int = 1) -> Double? {
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
