import PneumoModel

/// Builds graphs layer by layer, with seeded weights.
public struct GraphBuilder {
  let input: TensorShape
  private(set) var nodes: [Graph.Node] = []
  private var generator: SeededGenerator

  /// No layers yet.
  public init(input: TensorShape, seed: UInt64) {
    self.input = input
    generator = SeededGenerator(seed: seed)
  }

  /// Appends a layer that reads `inputs` or else the layer before; answers its value.
  @discardableResult
  public mutating func append(
    _ name: String, _ operation: Operation, inputs: [Int]? = nil
  ) -> Int {
    nodes.append(
      Graph.Node(name: name, operation: operation, inputs: inputs ?? [nodes.count]))
    return nodes.count
  }

  /// The graph of all layers so far.
  public func graph() throws(ModelError) -> Graph {
    try Graph(inputShape: input, nodes: nodes)
  }
}

extension GraphBuilder {
  /// A square convolution of `size` with seeded weights.
  public mutating func convolution(
    _ size: Int, _ inputs: Int, _ outputs: Int, stride: Extent = Extent(1),
    padding: Padding = .valid, dilation: Extent = Extent(1), groups: Int = 1, bias: Bool = true,
    activation: Activation? = nil
  ) -> Operation {
    .convolution(
      Convolution(
        kernel: tensor([size, size, inputs / max(groups, 1), outputs]),
        bias: bias ? tensor([outputs]) : nil, stride: stride, padding: padding,
        dilation: dilation, groups: groups, activation: activation))
  }

  /// A dense layer with seeded weights.
  public mutating func dense(
    _ inputs: Int, _ outputs: Int, bias: Bool = true, activation: Activation? = nil
  ) -> Operation {
    .dense(
      Dense(
        kernel: tensor([inputs, outputs]), bias: bias ? tensor([outputs]) : nil,
        activation: activation))
  }

  /// Statistics of `channels`, with variances of 0..<1.
  public mutating func batchNormalization(
    _ channels: Int, epsilon: Float = 0.001
  ) -> Operation {
    .batchNormalization(
      BatchNormalization(
        gamma: tensor([channels]), beta: tensor([channels]), mean: tensor([channels]),
        variance: WeightTensor(
          shape: [channels], values: generator.floats(channels).map(\.magnitude)),
        epsilon: epsilon))
  }

  /// Seeded numbers, small enough to keep sums of a layer's inputs near 1.
  public mutating func tensor(_ shape: [Int]) -> WeightTensor {
    let inputs = Float(max(shape.dropLast().reduce(1, *), 1))
    let values = generator.floats(shape.reduce(1, *)).map { $0 / inputs.squareRoot() }
    return WeightTensor(shape: shape, values: values)
  }
}
