import PneumoCompute
import PneumoGradients
import PneumoKernelABI
import PneumoModel
import PneumoSystem
import PneumoTestSupport
import Testing

@testable import PneumoTraining

/// A network and a batch whose gradients are checked.
struct GradientCase: Sendable, CustomTestStringConvertible {
  let testDescription: String
  let graph: Graph
  var images = 5
  var loss = Loss()
  var maskedLayers: [String] = []

  /// A network of `body` on images of `size`, then a dense layer.
  init(
    _ name: String, size: Extent = Extent(11), channels: Int = 3, images: Int = 5, classes: Int = 1,
    loss: Loss = Loss(), maskedLayers: [String] = [], body: (inout GraphBuilder) -> Void
  ) throws {
    testDescription = name
    self.images = images
    self.loss = loss
    self.maskedLayers = maskedLayers
    var builder = GraphBuilder(
      input: .image(height: size.height, width: size.width, channels: channels),
      seed: UInt64(name.utf8.reduce(0) { $0 &* 31 &+ Int($1) } & 0xFFFF))
    body(&builder)
    let shape = try builder.graph().outputShape
    if case .image = shape { builder.append("flatten", .flatten(.heightWidthChannels)) }
    builder.append(
      "last", builder.dense(shape.count, classes, activation: classes == 1 ? .sigmoid : .softmax))
    graph = try builder.graph()
  }
}

@Suite struct GradientTests {
  static let cases: [GradientCase] = {
    do {
      return try makeCases()
    } catch {
      fatalError("the cases are graphs: \(error)")
    }
  }()

  private static func makeCases() throws -> [GradientCase] {
    var cases: [GradientCase] = []
    func add(
      _ name: String, size: Extent = Extent(11), channels: Int = 3, images: Int = 5,
      classes: Int = 1, loss: Loss = Loss(), maskedLayers: [String] = [],
      body: (inout GraphBuilder) -> Void
    ) throws {
      cases.append(
        try GradientCase(
          name, size: size, channels: channels, images: images, classes: classes, loss: loss,
          maskedLayers: maskedLayers, body: body))
    }
    let pool = Operation.pooling(Pooling(.max, window: Extent(2), stride: Extent(2)))
    try add("dense, one image", size: Extent(3), images: 1) {
      $0.append("flatten", .flatten(.heightWidthChannels))
    }
    try add("dense twice", size: Extent(5), images: 9) {
      $0.append("flatten", .flatten(.heightWidthChannels))
      $0.append("hidden", $0.dense(75, 37, activation: .relu))
    }
    try add("smoothed and weighted", loss: Loss(labelSmoothing: 0.1, classWeights: [2, 0.5])) {
      $0.append("conv", $0.convolution(3, 3, 4, activation: .relu))
    }
    try add("three classes, smoothed", classes: 3, loss: Loss(labelSmoothing: 0.2)) {
      $0.append("conv", $0.convolution(3, 3, 4, activation: .relu))
    }
    for activation in [Activation.relu6, .sigmoid, .tanh, .swish, .hardSwish] {
      try add("convolution, \(activation)") {
        $0.append("conv", $0.convolution(3, 3, 5, activation: activation))
        $0.append("act", .activation(activation))
      }
    }
    try add("direct, pooled, odd") {
      $0.append("conv", $0.convolution(3, 3, 33, activation: .relu))
      $0.append("pool", pool)
    }
    try add("direct, pooled, clamped", size: Extent(8)) {
      $0.append("conv", $0.convolution(3, 3, 7, activation: .relu6))
      $0.append("pool", pool)
    }
    try add("direct chain, strides, dilation, padding", size: Extent(height: 13, width: 10)) {
      $0.append("a", $0.convolution(3, 3, 6, stride: Extent(2), padding: .same))
      $0.append("b", $0.convolution(2, 6, 5, padding: .same, dilation: Extent(height: 1, width: 2)))
      $0.append(
        "c",
        $0.convolution(
          3, 5, 4, padding: .explicit(Insets(top: 2, bottom: 0, left: 1, right: 2)),
          activation: .relu))
      $0.append("d", $0.convolution(1, 4, 6, bias: false))
    }
    try add("groups", channels: 4) {
      $0.append("a", $0.convolution(3, 4, 6, padding: .same, groups: 2, activation: .relu))
      $0.append("b", $0.convolution(3, 6, 6, dilation: Extent(2), groups: 3))
    }
    try add("depthwise", channels: 19) {
      $0.append("a", $0.convolution(3, 19, 19, padding: .same, groups: 19, activation: .relu))
      $0.append("b", $0.convolution(3, 19, 19, stride: Extent(2), groups: 19))
    }
    try add("Winograd", size: Extent(height: 11, width: 14), channels: 9) {
      $0.append("a", $0.convolution(3, 9, 17, padding: .same, activation: .relu))
      $0.append("b", $0.convolution(3, 17, 40))
    }
    try add("Winograd, pooled", size: Extent(height: 15, width: 12), channels: 8) {
      $0.append("a", $0.convolution(3, 8, 9, padding: .same, activation: .relu))
      $0.append("pool a", pool)
      $0.append("b", $0.convolution(3, 9, 8, activation: .relu))
      $0.append("pool b", pool)
    }
    try add("pooling") {
      $0.append("a", $0.convolution(3, 3, 4))
      $0.append(
        "max", .pooling(Pooling(.max, window: Extent(3), stride: Extent(2), padding: .same)))
      $0.append(
        "mean", .pooling(Pooling(.average, window: Extent(2), stride: Extent(1), padding: .same)))
    }
    try add("global mean") {
      $0.append("a", $0.convolution(3, 3, 18, activation: .relu))
      $0.append("mean", .globalPooling(.average))
    }
    try add("global maximum") {
      $0.append("a", $0.convolution(3, 3, 4))
      $0.append("max", .globalPooling(.max))
    }
    try add("batch normalization", channels: 2) {
      $0.append("a", $0.convolution(3, 2, 17))
      $0.append("norm", $0.batchNormalization(17))
      $0.append("relu", .activation(.relu))
      $0.append("b", $0.convolution(3, 17, 3))
      $0.append("norm b", $0.batchNormalization(3))
    }
    try add("residual and concatenated", channels: 4) {
      let a = $0.append("a", $0.convolution(3, 4, 8, padding: .same, activation: .relu))
      let b = $0.append("b", $0.convolution(3, 8, 8, padding: .same))
      let sum = $0.append("sum", .add, inputs: [a, b, a])
      let joined = $0.append("joined", .concatenate, inputs: [sum, a])
      $0.append(
        "border", .zeroPadding(Insets(top: 1, bottom: 0, left: 2, right: 1)), inputs: [joined])
      $0.append("c", $0.convolution(3, 16, 3))
    }
    try add("squeezed and excited", channels: 4) {
      let a = $0.append("a", $0.convolution(3, 4, 19, padding: .same, activation: .relu))
      $0.append("squeeze", .globalPooling(.average))
      $0.append("hidden", $0.dense(19, 3, activation: .relu))
      let gate = $0.append("gate", $0.dense(3, 19, activation: .sigmoid))
      $0.append("gated", .multiply, inputs: [a, gate])
      $0.append("b", $0.convolution(3, 19, 3))
    }
    try add("products", size: Extent(height: 6, width: 5)) {
      let a = $0.append("a", $0.convolution(3, 3, 5))
      let b = $0.append("b", $0.convolution(3, 3, 5, activation: .tanh), inputs: [0])
      let product = $0.append("product", .multiply, inputs: [a, b])
      let square = $0.append("square", .multiply, inputs: [product, product])
      let pixel = $0.append(
        "pixel",
        .pooling(Pooling(.average, window: Extent(height: 4, width: 3), stride: Extent(1))),
        inputs: [b])
      $0.append("scaled", .multiply, inputs: [pixel, square])
    }
    try add("softmax between layers, channels first", size: Extent(4)) {
      $0.append("a", $0.convolution(3, 3, 6, padding: .same, activation: .softmax))
      $0.append("softmax", .activation(.softmax))
      $0.append("flatten", .flatten(.channelsHeightWidth))
      $0.append("hidden", $0.dense(96, 5, activation: .softmax))
    }
    try add("dropout", maskedLayers: ["drop", "drop b"]) {
      $0.append("a", $0.convolution(3, 3, 8, activation: .relu))
      $0.append("drop", .dropout(rate: 0.5))
      $0.append("b", $0.convolution(3, 8, 8, activation: .tanh))
      $0.append("drop b", .dropout(rate: 0.25))
    }
    return cases
  }

  @Test(arguments: InstructionSet.available, cases)
  func againstCentralDifferences(_ kernels: KernelTable, _ test: GradientCase) throws {
    var random = SeededGenerator(seed: 7)
    let count = test.graph.inputShape.count
    let inputs = (0..<test.images).map { _ in random.floats(count) }
    let classes = max(test.graph.outputShape.count, 2)
    let labels = (0..<test.images).map { $0 % classes }
    let network = try TrainingNetwork(
      graph: test.graph, batchSize: test.images + 2, threads: 2, kernels: kernels, loss: test.loss)
    var masks: [String: [Float]] = [:]
    for case let layer as DropoutLayer in network.layers {
      let index = test.graph.nodes.firstIndex { $0.name == layer.name }!
      masks[layer.name] = (0..<test.images * test.graph.shapes[index + 1].count).map { _ in
        Bool.random(using: &random) ? 2 : 0
      }
      layer.givenMasks = masks[layer.name]
    }
    #expect(masks.keys.sorted() == test.maskedLayers.sorted())
    let result = network.backpropagate(labels: labels, dropoutKey: 1) { image, room in
      for i in 0..<count { room[i] = inputs[image][i] }
    }

    func loss(_ graph: Graph) -> Double {
      let answers = NaiveGraph.train(graph, inputs: inputs, masks: masks)
      return zip(answers, labels).reduce(0) { $0 + naiveLoss($1.0, $1.1, test.loss) }
    }
    #expect(abs(result.lossSum - loss(test.graph)) <= 1e-5 * abs(result.lossSum))

    for parameter in network.parameters where parameter.isTrained {
      let gradients = parameter.elements(of: parameter.gradient)
      let largest = Double(gradients.map(\.magnitude).max() ?? 0)
      let values = parameter.elements(of: parameter.values)
      for place in places(in: gradients, using: &random) {
        var losses: [Double] = []
        var positions: [Double] = []
        // Small, so that few windows and units change their choice; the oracle is in Double.
        for step in [Float(0x1p-17), -0x1p-17] {
          var moved = values
          moved[place] += step
          positions.append(Double(moved[place]))
          losses.append(loss(test.graph.replacing(parameter.name, parameter.shape, moved)))
        }
        let slope = (losses[0] - losses[1]) / (positions[0] - positions[1]) / Double(test.images)
        let error = abs(slope - Double(gradients[place]))
        #expect(
          error <= 1e-3 * max(abs(slope), 0.02 * largest) + 3e-7,
          "\(parameter.name)[\(place)]: \(gradients[place]), expected \(slope)")
      }
    }
  }

  /// Some places of a gradient, the largest among them.
  private func places(in gradients: [Float], using random: inout SeededGenerator) -> [Int] {
    let order = gradients.indices.sorted { gradients[$0].magnitude > gradients[$1].magnitude }
    return Array(order.prefix(2))
      + (0..<min(4, gradients.count)).map { _ in gradients.indices.randomElement(using: &random)! }
  }

  /// The loss of one image from probabilities, as its definition reads.
  private func naiveLoss(_ answers: [Double], _ label: Int, _ loss: Loss) -> Double {
    let weight = Double(loss.classWeights.isEmpty ? 1 : loss.classWeights[label])
    let probabilities = answers.count == 1 ? [1 - answers[0], answers[0]] : answers
    let smoothing = Double(loss.labelSmoothing)
    var sum = 0.0
    for (index, p) in probabilities.enumerated() {
      let truth =
        (index == label ? 1 - smoothing : 0) + smoothing / Double(probabilities.count)
      sum -= truth * log(p)
    }
    return weight * sum
  }
}

extension Graph {
  /// The same graph with other values in one weight.
  func replacing(_ name: String, _ shape: [Int], _ values: [Float]) -> Graph {
    let nodes = nodes.map { node in
      Graph.Node(
        name: node.name,
        operation: node.operation.replacingWeights {
          "\(node.name)/\($0)" == name ? WeightTensor(shape: shape, values: values) : nil
        }, inputs: node.inputs)
    }
    return try! Graph(inputShape: inputShape, nodes: nodes)
  }
}
