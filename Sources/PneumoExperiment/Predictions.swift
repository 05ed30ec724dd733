import PneumoEvaluation

/// What a network answered to labelled images.
public struct Predictions: Sendable {
  /// Indices of samples in the data set.
  public var samples: [Int]
  /// Their classes.
  public var labels: [Int]
  /// Of each image one or as many as there are classes.
  public var logits: [Float]
  /// Logits of an image.
  public let outputs: Int

  /// Answers of one network.
  init(samples: [Int], labels: [Int], logits: [Float], outputs: Int) {
    self.samples = samples
    self.labels = labels
    self.logits = logits
    self.outputs = outputs
  }

  /// Those of several networks together.
  public init(joining parts: [Predictions]) {
    samples = parts.flatMap(\.samples)
    labels = parts.flatMap(\.labels)
    logits = parts.flatMap(\.logits)
    outputs = parts.first?.outputs ?? 1
  }

  /// With two classes: the logits of class 1.
  var scores: [Double] { logits.map { Double($0) } }

  /// With two classes: the probabilities of class 1 at a temperature.
  public func probabilities(temperature: Double = 1) -> [Double] {
    scores.map { sigmoid($0 / temperature) }
  }

  /// Mean cross-entropy.
  public var crossEntropy: Double? {
    guard outputs > 1 else { return PneumoEvaluation.crossEntropy(labels: labels, logits: scores) }
    guard !labels.isEmpty else { return nil }
    let losses = labels.indices.map { image -> Double in
      let row = (0..<outputs).map { Double(logits[image * outputs + $0]) }
      return logSumExp(row) - row[labels[image]]
    }
    return losses.reduce(0, +) / Double(labels.count)
  }

  /// Share of images whose most probable class is the right one.
  public var accuracy: Double? {
    guard !labels.isEmpty else { return nil }
    let right = labels.indices.count { image in
      if outputs == 1 { return (logits[image] > 0 ? 1 : 0) == labels[image] }
      let row = logits[image * outputs..<(image + 1) * outputs]
      return row.firstIndex(of: row.max()!)! - row.startIndex == labels[image]
    }
    return Double(right) / Double(labels.count)
  }

  /// Of two classes.
  public var auroc: Double? {
    outputs == 1 ? PneumoEvaluation.auroc(labels: labels, scores: scores) : nil
  }
}
