import PneumoSystem

/// How a network's logits become those of calibrated probabilities: divided by a temperature, then moved by
/// a bias (with two classes Platt 1999, with more Alexandari et al. 2020; without the bias, Guo et al.
/// 2017).
///
/// Training on changed images moves the logits of unchanged ones to one side, which no temperature
/// mends and a bias does.
package struct Calibration: Hashable, Sendable {
  /// Above 0.
  package var temperature: Double
  /// One number an output.
  package var bias: [Double]

  /// A calibration of these numbers.
  package init(temperature: Double, bias: [Double]) {
    self.temperature = temperature
    self.bias = bias
  }

  /// Logits of any number of images, `bias.count` of each, calibrated.
  package func callAsFunction(_ logits: [Double]) -> [Double] {
    logits.indices.map { logits[$0] / temperature + bias[$0 % bias.count] }
  }

  /// Where a threshold separates the classes, no temperature is the best.
  static let temperatures = 0.05...20.0

  /// The calibration that gives least cross-entropy.
  ///
  /// Each class counts as one case more that is right and one that is wrong (Platt 1999), which keeps
  /// the bias finite where a class is absent. With more than two classes the bias of the first is 0,
  /// for what all logits share changes nothing.
  ///
  /// - Parameters:
  ///   - labels: the class of each image.
  ///   - logits: `outputs` of each image.
  ///   - outputs: 1 where there are two classes, else as many as classes.
  package init(fitting labels: [Int], logits: [Double], outputs: Int) {
    let fit = CalibrationFit(labels, logits, outputs: outputs)
    var weights = fit.leastLoss(slope: nil)
    let slopes = 1 / Self.temperatures.upperBound...1 / Self.temperatures.lowerBound
    if !slopes.contains(weights[0]) {
      // The loss is convex: the best within the bounds lies on one.
      weights = fit.leastLoss(
        slope: min(max(weights[0], slopes.lowerBound), slopes.upperBound))
    }
    let bias = Array(weights.dropFirst())
    self.init(temperature: 1 / weights[0], bias: outputs == 1 ? bias : [0] + bias)
  }
}
