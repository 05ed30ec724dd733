import Pneumo
import PneumoCompute
import PneumoTestSupport
import Testing

/// Every operation of a graph, on every instruction set, against its definition in Double.
@Suite struct OperationTests {
  static let instructionSets = InstructionSet.available.map(\.name)

  /// Runs the layers that `build` appends, and compares all values with the naive ones.
  private func check(
    _ shape: TensorShape, layout: Preprocessing.Layout = .channelsLast,
    build: (inout GraphBuilder) throws -> Void
  ) throws {
    var builder = GraphBuilder(input: shape, seed: 1)
    try build(&builder)
    // A classifier's end, so that the session accepts it.
    if case .image = try builder.graph().outputShape {
      builder.append(.flatten(.channelsHeightWidth))
    }
    let count = try builder.graph().outputShape.count
    builder.append(builder.dense(count, 1, activation: .sigmoid))
    var preprocessing = builder.preprocessing
    preprocessing.layout = layout
    let model = try Model(
      graph: builder.graph(), preprocessing: preprocessing, labels: ["no", "yes"])

    var random = SeededGenerator(seed: 11)
    let image = random.floats(shape.count)
    let expected = NaiveGraph.run(model.graph, input: image)
    let input = layout == .channelsLast ? image : channelsFirst(image, shape.channels)
    for name in Self.instructionSets {
      let session = try Session(model, threads: 2, instructionSet: name, keepsActivations: true)
      let outputs = Dictionary(
        uniqueKeysWithValues: try session.activations(of: input).map { ($0.layer, $0.values) })
      for (index, node) in model.graph.nodes.dropLast().enumerated() {
        guard let values = outputs[node.name] else { continue }  // passes its input on
        #expect(
          largestError(values, expected[index + 1]) <= 1e-5, "\(name) \(node.operation.name)")
      }
      let probability = try session.predict(input)[0].probability
      #expect(abs(Double(probability) - expected.last![0]) <= 1e-6, "\(name)")
    }
  }

  private func channelsFirst(_ image: [Float], _ channels: Int) -> [Float] {
    (0..<channels).flatMap { channel in
      stride(from: channel, to: image.count, by: channels).map { image[$0] }
    }
  }

  @Test(
    arguments: [
      .valid, .same, .explicit(Insets(top: 1, bottom: 0, left: 2, right: 3)),
    ] as [Padding], 1...3)
  func convolution(padding: Padding, stride: Int) throws {
    for (kernel, dilation, groups) in [(1, 1, 1), (3, 1, 1), (3, 2, 1), (2, 1, 3), (5, 1, 3)] {
      try check(.image(height: 13, width: 11, channels: 3)) { builder in
        builder.append(
          builder.convolution(
            kernel, 3, 18, stride: Extent(stride), padding: padding,
            dilation: Extent(dilation), groups: groups))
      }
    }
  }

  @Test(arguments: [.valid, .same] as [Padding], [1, 2])
  func depthwise(padding: Padding, multiplier: Int) throws {
    try check(.image(height: 9, width: 9, channels: 3)) { builder in
      builder.append(builder.convolution(1, 3, 19, activation: nil))
      builder.append(
        builder.convolution(
          3, 19, 19 * multiplier, stride: Extent(2), padding: padding, groups: 19,
          activation: .relu6))
    }
  }

  /// Pooling after a convolution, fused and not. At these sizes both ways choose the same algorithm,
  /// so logits are the same bits.
  @Test(arguments: [1, 3, 16, 33], [Padding.valid, .same])
  func fusedPoolingChangesNoBit(channels: Int, padding: Padding) throws {
    for (kernel, groups, activation) in [
      (3, 1, Activation.relu), (3, 1, .relu6), (3, 1, .tanh), (1, 1, .relu), (3, channels, .relu),
    ] {
      var builder = GraphBuilder(input: .image(height: 19, width: 24, channels: 3), seed: 3)
      builder.append(builder.convolution(1, 3, channels))
      builder.append(
        builder.convolution(
          kernel, channels, channels, padding: padding, groups: groups, activation: activation))
      builder.append(.pooling(Pooling(.max, window: Extent(2), stride: Extent(2))))
      builder.append(.flatten(.heightWidthChannels))
      builder.append(builder.dense(try builder.graph().outputShape.count, 1, activation: .sigmoid))
      let model = try builder.model()
      var random = SeededGenerator(seed: 13)
      let image = random.floats(model.graph.inputShape.count)
      let probability = NaiveGraph.run(model.graph, input: image).last![0]
      for name in Self.instructionSets {
        let fused = try Session(model, threads: 2, instructionSet: name)
        let kept = try Session(model, instructionSet: name, keepsActivations: true)
        let prediction = try fused.predict(image)[0]
        #expect(prediction.logits == (try kept.predict(image)[0].logits))
        #expect(abs(Double(prediction.probability) - probability) <= 1e-6)
      }
    }
  }

  @Test func rectangularKernelWithoutBias() throws {
    try check(.image(height: 8, width: 12, channels: 1)) { builder in
      builder.append(
        .convolution(
          Convolution(
            kernel: builder.tensor([1, 4, 1, 5]), stride: Extent(height: 1, width: 2),
            padding: .same)))
    }
  }

  @Test(arguments: Activation.allCases)
  func activations(activation: Activation) throws {
    try check(.image(height: 6, width: 5, channels: 3)) { builder in
      builder.append(
        builder.convolution(3, 3, 7, activation: activation))
      builder.append(.activation(activation))
      builder.append(.flatten(.heightWidthChannels))
      builder.append(builder.dense(84, 9, activation: activation))
    }
  }

  @Test(arguments: PoolingKind.allCases, [false, true])
  func pooling(kind: PoolingKind, countsPadding: Bool) throws {
    let paddings: [Padding] = [
      .valid, .same, .explicit(Insets(top: 1, bottom: 1, left: 0, right: 1)),
    ]
    for padding in paddings {
      for (window, stride) in [(2, 2), (3, 2), (3, 1)] {
        try check(.image(height: 10, width: 7, channels: 3)) { builder in
          builder.append(
            .pooling(
              Pooling(
                kind, window: Extent(window), stride: Extent(stride), padding: padding,
                countsPadding: countsPadding)))
        }
      }
    }
    try check(.image(height: 10, width: 7, channels: 3)) { builder in
      builder.append(.globalPooling(kind))
    }
  }

  @Test func residualAndDenseBlocks() throws {
    try check(.image(height: 10, width: 10, channels: 3)) { builder in
      let a = builder.append(builder.convolution(3, 3, 8, padding: .same))
      let b = builder.append(
        builder.convolution(3, 8, 8, padding: .same, activation: nil))
      let c = builder.append(builder.convolution(1, 8, 8), inputs: [a])
      let sum = builder.append(.add, inputs: [a, b, c])
      builder.append(.activation(.relu))
      let joined = builder.append(.concatenate, inputs: [builder.last, sum, 0, a])
      builder.append(builder.batchNormalization(27), inputs: [joined])
      builder.append(.dropout(rate: 0.3))
      builder.append(.zeroPadding(Insets(top: 1, bottom: 2, left: 3, right: 0)))
      builder.append(builder.convolution(3, 27, 5, stride: Extent(2)))
      builder.append(.globalPooling(.average))
    }
  }

  /// Images times a vector, one pixel, and an image, with the factors on either side.
  @Test(arguments: [1, 3, 8, 19, 33])
  func products(channels: Int) throws {
    try check(.image(height: 7, width: 6, channels: 3)) { builder in
      let image = builder.append(builder.convolution(3, 3, channels, activation: .tanh))
      builder.append(.globalPooling(.max))
      let gate = builder.append(builder.dense(channels, channels, activation: .sigmoid))
      let gated = builder.append(.multiply, inputs: [image, gate])
      let window = Extent(height: 5, width: 4)
      let pixel = builder.append(
        .pooling(Pooling(.average, window: window, stride: Extent(1))), inputs: [image])
      let other = builder.append(.multiply, inputs: [pixel, image])
      builder.append(.multiply, inputs: [gated, other])
      builder.append(.globalPooling(.average))
      builder.append(.multiply, inputs: [builder.last, gate])
      builder.append(.multiply, inputs: [builder.last, builder.last])
      builder.append(.multiply, inputs: [builder.last, pixel])
    }
  }

  @Test func vectorsAreAddedAndJoined() throws {
    try check(.image(height: 3, width: 3, channels: 3)) { builder in
      let x = builder.append(.flatten(.channelsHeightWidth))
      let a = builder.append(builder.dense(27, 10, activation: .tanh))
      let b = builder.append(
        builder.dense(27, 10, activation: .swish), inputs: [x])
      builder.append(.add, inputs: [a, b])
      builder.append(builder.batchNormalization(10))
      builder.append(.concatenate, inputs: [builder.last, x, a])
    }
  }

  @Test func inputMayHaveChannelsFirst() throws {
    try check(.image(height: 7, width: 5, channels: 3), layout: .channelsFirst) { builder in
      builder.append(builder.convolution(3, 3, 4))
    }
  }

  @Test func halfPrecisionWeightsAreWidened() throws {
    try check(.image(height: 7, width: 5, channels: 3)) { builder in
      guard case .convolution(var layer) = builder.convolution(3, 3, 4) else {
        return
      }
      layer.kernel = layer.kernel.converted(to: .float16)
      builder.append(.convolution(layer))
    }
  }
}
