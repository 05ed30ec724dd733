/// `gamma * (x - mean) / sqrt(variance + epsilon) + beta` per channel, with the moving statistics
/// (Ioffe & Szegedy 2015). All four weights have the shape (channels).
public struct BatchNormalization<Weight: LayerWeight>: Equatable, Sendable {
  /// The scale.
  public var gamma: Weight
  /// The shift.
  public var beta: Weight
  /// The moving mean.
  public var mean: Weight
  /// The moving variance; with epsilon greater than zero.
  public var variance: Weight
  /// What keeps the root away from zero.
  public var epsilon: Float

  /// A layer of these parameters.
  public init(gamma: Weight, beta: Weight, mean: Weight, variance: Weight, epsilon: Float) {
    self.gamma = gamma
    self.beta = beta
    self.mean = mean
    self.variance = variance
    self.epsilon = epsilon
  }

  /// The same layer with what `transform` makes of each weight.
  func mapWeights<New: LayerWeight, Failure: Error>(
    _ transform: (_ name: String, Weight) throws(Failure) -> New
  ) throws(Failure) -> BatchNormalization<New> {
    BatchNormalization<New>(
      gamma: try transform("gamma", gamma), beta: try transform("beta", beta),
      mean: try transform("moving_mean", mean),
      variance: try transform("moving_variance", variance), epsilon: epsilon)
  }
}

extension BatchNormalization: Hashable where Weight: Hashable {}

extension BatchNormalization<WeightTensor> {
  /// What the layer does at inference, `x * scale + shift` for each channel: scale = gamma /
  /// sqrt(variance + epsilon), shift = beta - mean * scale.
  package func scalesAndShifts() -> (scales: [Double], shifts: [Double]) {
    let (gamma, beta) = (gamma.values(), beta.values())
    let (mean, variance) = (mean.values(), variance.values())
    let scales = gamma.indices.map {
      Double(gamma[$0]) / (Double(variance[$0]) + Double(epsilon)).squareRoot()
    }
    return (scales, beta.indices.map { Double(beta[$0]) - Double(mean[$0]) * scales[$0] })
  }
}

extension BatchNormalization: Layer {
  package static var code: UInt8 { 5 }
  package static var formatVersion: Int { 1 }
  package static var inputCounts: ClosedRange<Int> { 1...1 }
  package static var types: [String] { ["batch_normalization"] }
  package var name: String { "BatchNormalization" }
  package var resamplesPixels: Bool { false }

  package mutating func visit<Visitor: FieldVisitor>(
    _ fields: inout Visitor
  ) throws(Visitor.Failure) where Visitor.Weight == Weight {
    let channels = fields.channels(or: gamma.shape.first)
    try fields.number(&epsilon, "epsilon", default: 1e-3)
    try fields.perChannel(&gamma, "gamma", channels: channels, initial: 1, isAverage: false)
    try fields.perChannel(&beta, "beta", channels: channels, initial: 0, isAverage: false)
    try fields.perChannel(&mean, "moving_mean", channels: channels, initial: 0, isAverage: true)
    try fields.perChannel(
      &variance, "moving_variance", channels: channels, initial: 1, isAverage: true)
  }

  package func outputShape(of inputs: [TensorShape]) throws(ModelError) -> TensorShape {
    let channels = inputs[0].channels
    for weight in [gamma, beta, mean, variance] where weight.shape != [channels] {
      throw ModelError(
        .shapeMismatch, "statistics of shape [\(channels)] are needed, found \(weight.shape)")
    }
    guard epsilon.isFinite, epsilon >= 0 else {
      throw ModelError(.invalidParameter, "epsilon is \(epsilon), expected a number >= 0")
    }
    return inputs[0]
  }
}
