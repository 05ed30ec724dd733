import Pneumo
import PneumoCompute
import PneumoTestSupport
import Testing

@testable import PneumoHeatMap

/// The gradient of every layer that may follow the last feature maps, against differences of the
/// oracle in double precision.
@Suite struct NetworkTailTests {
  /// A 1×1 convolution that changes nothing, so that the value that is looked at is the input.
  private func identity(_ channels: Int) -> Operation {
    .convolution(
      Convolution(
        kernel: WeightTensor(
          shape: [1, 1, channels, channels],
          values: (0..<channels * channels).map { $0 % (channels + 1) == 0 ? 1 : 0 })))
  }

  private func check(
    _ builder: GraphBuilder, outputs: Int, _ comment: Comment
  ) throws {
    var plain = builder
    var classifier = builder
    let features = try builder.graph().outputShape.count
    plain.append("logits", plain.dense(features, outputs))
    classifier.append(
      "logits", classifier.dense(features, outputs, activation: outputs == 1 ? .sigmoid : .softmax))
    let (logits, graph) = (try plain.graph(), try classifier.graph())
    var random = SeededGenerator(seed: 5)
    // No two alike and none near 0, where a maximum or a ReLU has no gradient; steps are exact in
    // single precision.
    let step: Float = 1 / 512
    let count = graph.inputShape.count
    let input = (0..<count).shuffled(using: &random).map { (Float($0 - count / 2) + 0.5) / 64 }
    // From the convolution on, so that all that follows has a gradient.
    let maps = FeatureMaps(
      values: [1], tail: Array(1..<graph.nodes.count),
      size: Extent(height: graph.shapes[1].dimensions[0], width: graph.shapes[1].dimensions[1]))
    let tail = NetworkTail(of: graph, after: maps, kernels: try InstructionSet.select())
    func logit(_ input: [Float], _ label: Int) -> Double {
      let all = NaiveGraph.run(logits, input: input).last!
      return all.count == 1 ? (label == 1 ? all[0] : -all[0]) : all[label]
    }
    for label in 0..<max(outputs, 2) {
      let gradient = tail.gradients(of: label, at: [input])[0]
      let differences = input.indices.map { index in
        var (low, high) = (input, input)
        low[index] -= step
        high[index] += step
        return (logit(high, label) - logit(low, label)) / Double(2 * step)
      }
      let scale = differences.map(\.magnitude).max() ?? 0
      #expect(scale > 0, comment)
      for (found, expected) in zip(gradient, differences) {
        #expect(abs(Double(found) - expected) <= 0.01 * scale, comment)
      }
    }
  }

  private func builder(_ height: Int = 6, _ width: Int = 5) -> GraphBuilder {
    var builder = GraphBuilder(
      input: .image(height: height, width: width, channels: 3), seed: 8)
    builder.append("conv", identity(3))
    return builder
  }

  @Test(arguments: [FlattenOrder.heightWidthChannels, .channelsHeightWidth])
  func flattening(order: FlattenOrder) throws {
    var network = builder()
    network.append("flatten", .flatten(order))
    try check(network, outputs: 1, "\(order)")
    try check(network, outputs: 3, "\(order)")
  }

  @Test(arguments: Activation.allCases.filter { $0 != .softmax })
  func denseLayers(activation: Activation) throws {
    var network = builder()
    network.append("flatten", .flatten(.heightWidthChannels))
    network.append("dropout", .dropout(rate: 0.5))
    network.append("dense", network.dense(90, 20, activation: activation))
    network.append("dense2", network.dense(20, 7, bias: false, activation: activation))
    try check(network, outputs: 1, "\(activation)")
  }

  @Test(arguments: Activation.allCases)
  func activations(activation: Activation) throws {
    var network = builder()
    // Two readers, so that the activation is not part of what is looked at.
    network.append("act", .activation(activation), inputs: [1])
    network.append("join", .concatenate, inputs: [1, 2])
    network.append("sum", .add, inputs: [3, 3])
    network.append("flatten", .flatten(.heightWidthChannels))
    try check(network, outputs: 2, "\(activation)")
  }

  @Test(arguments: [PoolingKind.max, .average])
  func poolings(kind: PoolingKind) throws {
    for padding in [
      Padding.valid, .same, .explicit(Insets(top: 1, bottom: 0, left: 1, right: 1)),
    ] {
      for (window, stride) in [(2, 2), (3, 2), (3, 1)] {
        for countsPadding in [false, true] {
          var network = builder(7, 6)
          network.append(
            "pool",
            .pooling(
              Pooling(
                kind, window: Extent(window), stride: Extent(stride), padding: padding,
                countsPadding: countsPadding)))
          network.append("flatten", .flatten(.heightWidthChannels))
          try check(network, outputs: 1, "\(kind) \(window) \(stride) \(padding)")
        }
      }
    }
    var network = builder()
    network.append("global", .globalPooling(kind))
    try check(network, outputs: 3, "global \(kind)")
  }

  @Test func branches() throws {
    var network = builder()
    let padded = network.append(
      "pad", .zeroPadding(Insets(top: 1, bottom: 2, left: 0, right: 3)), inputs: [1])
    let pooled = network.append(
      "pool",
      .pooling(Pooling(.average, window: Extent(2), stride: Extent(1))), inputs: [padded])
    network.append("norm", network.batchNormalization(3), inputs: [pooled])
    network.append("relu", .activation(.relu6))
    let joined = network.append("join", .concatenate, inputs: [pooled, pooled + 2])
    let left = network.append("average", .globalPooling(.average), inputs: [joined])
    let right = network.append("max", .globalPooling(.max), inputs: [joined])
    network.append("gate", network.dense(6, 6, activation: .sigmoid))
    let gated = network.append("gated", .multiply, inputs: [left, right + 1])
    network.append("scaled", .multiply, inputs: [gated, joined])
    network.append("mean", .globalPooling(.average))
    network.append("both", .concatenate, inputs: [network.last, right])
    try check(network, outputs: 1, "branches")
  }

  // MARK: What is shown

  private func maps(of builder: GraphBuilder) throws -> [Int] {
    try FeatureMaps(of: builder.graph()).values
  }

  /// What follows a convolution place by place belongs to the feature maps, pooling does not.
  @Test func mapsAreAfterNormalizationAndActivation() throws {
    var network = GraphBuilder(input: .image(height: 6, width: 6, channels: 1), seed: 2)
    network.append("conv", network.convolution(3, 1, 4))
    network.append("norm", network.batchNormalization(4))
    network.append("relu", .activation(.relu))
    network.append("max", .pooling(Pooling(.max, window: Extent(2), stride: Extent(2))))
    network.append("drop", .dropout(rate: 0.5))
    network.append("pool", .globalPooling(.average))
    network.append("out", network.dense(4, 1, activation: .sigmoid))
    #expect(try maps(of: network) == [3])
    var residual = GraphBuilder(input: .image(height: 6, width: 6, channels: 1), seed: 2)
    let first = residual.append("first", residual.convolution(3, 1, 4))
    let second = residual.append("second", residual.convolution(1, 4, 4))
    residual.append("add", .add, inputs: [first, second])
    residual.append("relu", .activation(.relu))
    residual.append("pool", .globalPooling(.average))
    residual.append("out", residual.dense(4, 1, activation: .sigmoid))
    #expect(try maps(of: residual) == [4])
  }

  /// The last convolution of a dense block has few of the channels that the classifier reads.
  @Test func concatenatedChannelsAreAllShown() throws {
    var network = GraphBuilder(input: .image(height: 6, width: 6, channels: 1), seed: 2)
    let first = network.append("first", network.convolution(3, 1, 4, activation: .relu))
    let second = network.append("second", network.convolution(3, 4, 2, padding: .same))
    let all = network.append("all", .concatenate, inputs: [first, second])
    network.append("norm", network.batchNormalization(6))
    network.append("pool", .globalPooling(.average))
    network.append("out", network.dense(6, 1, activation: .sigmoid))
    #expect(try maps(of: network) == [all + 1])
  }

  @Test func mapsOfDifferentSizesAreRefused() throws {
    let error = #expect(throws: HeatMapError.self) {
      try FeatureMaps(of: SampleModel.everyOperation.graph)
    }
    #expect(error?.description.contains("differ in size") == true)
    #expect(error?.description.contains("use occlusion") == true)
  }

  /// Pixels that reach the classifier beside the convolutions would be left out.
  @Test func evidenceWithoutAConvolutionIsRefused() throws {
    var network = builder()
    let pooled = network.append(
      "pixels", .pooling(Pooling(.average, window: Extent(2), stride: Extent(2))), inputs: [0])
    let pixels = network.append("flat", .flatten(.heightWidthChannels), inputs: [pooled])
    let features = network.append("mean", .globalPooling(.average), inputs: [1])
    network.append("both", .concatenate, inputs: [pixels, features])
    network.append("out", network.dense(21, 1, activation: .sigmoid))
    let error = #expect(throws: HeatMapError.self) { try FeatureMaps(of: network.graph()) }
    #expect(error?.description.contains("no convolution") == true)
  }
}
