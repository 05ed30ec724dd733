import PneumoEvaluation
import PneumoSupport

/// What a network answered to labeled images.
package struct Predictions: Sendable {
  /// Indices of samples in the data set.
  package var samples: [Int]
  /// Their classes.
  package var labels: [Int]
  /// Of each image one or as many as there are classes.
  package var logits: [Float]
  /// Logits of an image.
  package let outputs: Int

  /// Answers of one network.
  init(samples: [Int], labels: [Int], logits: [Float], outputs: Int) {
    self.samples = samples
    self.labels = labels
    self.logits = logits
    self.outputs = outputs
  }

  /// Those of several networks together.
  package init(joining parts: [Predictions]) {
    samples = parts.flatMap(\.samples)
    labels = parts.flatMap(\.labels)
    logits = parts.flatMap(\.logits)
    outputs = parts.first?.outputs ?? 1
  }

  /// The logits, in double precision.
  var scores: [Double] { logits.map { Double($0) } }

  /// The probabilities of each image's classes.
  package func probabilities(_ calibration: Calibration) -> [[Double]] {
    let scores = calibration(scores)
    return labels.indices.map { image in
      if outputs == 1 {
        let probability = sigmoid(scores[image])
        return [1 - probability, probability]
      }
      return softmax(scores[image * outputs..<(image + 1) * outputs])
    }
  }

  /// Mean cross-entropy.
  package var crossEntropy: Double? {
    PneumoEvaluation.crossEntropy(labels: labels, logits: scores, outputs: outputs)
  }

  /// Share of images whose most probable class is the right one.
  package var accuracy: Double? {
    guard !labels.isEmpty else { return nil }
    let right = labels.indices.count { image in
      if outputs == 1 { return (logits[image] > 0 ? 1 : 0) == labels[image] }
      let row = logits[image * outputs..<(image + 1) * outputs]
      return row.firstIndex(of: row.max()!)! - row.startIndex == labels[image]
    }
    return Double(right) / Double(labels.count)
  }

  /// Of two classes.
  package var auroc: Double? {
    outputs == 1 ? PneumoEvaluation.auroc(labels: labels, scores: scores) : nil
  }
}
