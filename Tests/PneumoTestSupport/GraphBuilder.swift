import PneumoModel

/// Builds graphs of layers with random weights for tests.
public struct GraphBuilder {
  public let inputShape: TensorShape
  public private(set) var nodes: [Graph.Node] = []
  private var random: SeededGenerator

  public init(_ inputShape: TensorShape, seed: UInt64 = 1) {
    self.inputShape = inputShape
    random = SeededGenerator(seed: seed)
  }

  /// The value of the last layer.
  public var last: Int { nodes.count }

  public func graph() throws -> Graph { try Graph(inputShape: inputShape, nodes: nodes) }

  /// Preprocessing that fits the input, which must be an image of one or three channels.
  public var preprocessing: Preprocessing {
    guard case .image(let height, let width, let channels) = inputShape else {
      preconditionFailure("preprocessing makes images")
    }
    return Preprocessing(
      colorMode: channels == 1 ? .gray : .rgb, size: Extent(height: height, width: width),
      filter: .nearest, scale: [Float](repeating: 1 / 255, count: channels),
      mean: [Float](repeating: 0, count: channels),
      standardDeviation: [Float](repeating: 1, count: channels))
  }

  /// A model of the graph with two labels.
  public func model() throws -> Model {
    try Model(
      graph: graph(), preprocessing: preprocessing, labels: ["NORMAL", "PNEUMONIA"])
  }

  /// Appends a layer that reads `inputs`, by default the last one, and answers its value.
  @discardableResult
  public mutating func append(_ operation: Operation, inputs: [Int]? = nil) -> Int {
    nodes.append(
      Graph.Node(
        name: "layer\(nodes.count)", operation: operation, inputs: inputs ?? [nodes.count]))
    return nodes.count
  }

  /// Random weights of a size that keeps activations near one.
  public mutating func weights(_ shape: [Int], fanIn: Int) -> WeightTensor {
    let bound = (3 / Float(fanIn)).squareRoot()
    return WeightTensor(
      shape: shape, values: random.floats(shape.reduce(1, *)).map { $0 * bound })
  }

  /// A convolution with a square kernel and a bias.
  public mutating func convolution(
    _ kernel: Int, inputs: Int, outputs: Int, stride: Int = 1, padding: Padding = .valid,
    dilation: Int = 1, groups: Int = 1, activation: Activation? = .relu
  ) -> Operation {
    let fanIn = kernel * kernel * inputs / groups
    return .convolution(
      Convolution(
        kernel: weights([kernel, kernel, inputs / groups, outputs], fanIn: fanIn),
        bias: weights([outputs], fanIn: 10), stride: Extent(stride), padding: padding,
        dilation: Extent(dilation), groups: groups, activation: activation))
  }

  /// A dense layer with a bias.
  public mutating func dense(
    inputs: Int, outputs: Int, activation: Activation? = nil
  ) -> Operation {
    .dense(
      Dense(
        kernel: weights([inputs, outputs], fanIn: inputs), bias: weights([outputs], fanIn: 10),
        activation: activation))
  }

  /// Batch normalisation with positive variances.
  public mutating func batchNormalization(channels: Int) -> Operation {
    let variance = random.floats(channels).map { 1 + 0.5 * $0 }
    return .batchNormalization(
      BatchNormalization(
        gamma: weights([channels], fanIn: 3), beta: weights([channels], fanIn: 3),
        mean: weights([channels], fanIn: 3),
        variance: WeightTensor(shape: [channels], values: variance), epsilon: 1e-3))
  }

  /// The study's network for images of `size`, with random weights and fewer filters.
  public static func study(size: Int, filters: [Int] = [8, 16, 33, 32]) throws -> Model {
    var builder = GraphBuilder(.image(height: size, width: size, channels: 3))
    var channels = 3
    for count in filters {
      builder.append(builder.convolution(3, inputs: channels, outputs: count))
      builder.append(
        .pooling(Pooling(.max, window: Extent(2), stride: Extent(2))))
      channels = count
    }
    builder.append(.dropout(rate: 0.5))
    builder.append(.flatten(.heightWidthChannels))
    let count = try builder.graph().outputShape.count
    builder.append(builder.dense(inputs: count, outputs: 50, activation: .relu))
    builder.append(builder.dense(inputs: 50, outputs: 1, activation: .sigmoid))
    return try builder.model()
  }
}
