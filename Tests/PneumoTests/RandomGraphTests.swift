import PneumoCompute
import PneumoModel
import PneumoTestSupport
import Testing

@testable import Pneumo

/// Small networks of random layers, branches and joins, against their definition in Double.
@Suite struct RandomGraphTests {
  /// Each instruction set answers as the definition, and with the same bits for each number of
  /// threads, size of the batch, and place in it.
  @Test(arguments: 0..<40 as Range<UInt64>)
  func logitsAreThoseOfTheDefinition(seed: UInt64) throws {
    var random = RandomGraph(seed: seed)
    let (model, logits) = try random.model()
    let images = (0..<5).map { _ in random.image() }
    let expected = images.map { NaiveGraph.run(logits, input: $0).last! }
    let input = images.flatMap { random.inLayout($0) }
    for kernels in InstructionSet.available {
      var first: [[Float]]?
      for (threads, batch) in [(1, 1), (2, 2), (3, 5), (7, 3)] as [(Int, Int)] {
        let session = try Session(
          model, threads: threads, batch: batch, instructionSet: kernels.name)
        let found = try session.predict(input).map(\.logits)
        for (logits, expected) in zip(found, expected) {
          #expect(largestError(logits, expected) <= 1e-4, "\(kernels.name): \(names(of: model))")
        }
        first = first ?? found
        #expect(found == first, "\(kernels.name), \(threads) threads: \(names(of: model))")
      }
    }
  }

  /// What layers answer, fused with others or not.
  @Test(arguments: 0..<40 as Range<UInt64>, [false, true])
  func activationsAreThoseOfTheDefinition(seed: UInt64, keepsActivations: Bool) throws {
    var random = RandomGraph(seed: seed)
    let (model, logits) = try random.model()
    let image = random.image()
    let values = NaiveGraph.run(logits, input: image)
    let session = try Session(model, threads: 2, keepsActivations: keepsActivations)
    let found = try session.activations(of: random.inLayout(image))
    #expect(found.last?.layer == logits.nodes.last?.name)
    for output in found {
      let index = try #require(model.graph.nodes.firstIndex { $0.name == output.layer })
      #expect(
        largestError(output.values, values[index + 1]) <= 1e-4,
        "\(output.layer) of \(names(of: model))")
    }
  }

  private func names(of model: Model) -> [String] {
    model.graph.nodes.map { "\($0.operation.name)\($0.inputs)" }
  }
}

/// Draws the layers of a network. What is drawn depends on the seed alone.
private struct RandomGraph {
  private var random: SeededGenerator
  private var builder: GraphBuilder
  private let layout: Preprocessing.Layout
  /// The shapes of all values so far.
  private var shapes: [TensorShape]
  /// Values that no layer reads so far.
  private var unread: Set<Int> = [0]

  init(seed: UInt64) {
    random = SeededGenerator(seed: seed)
    let side = [4, 12, 20, 40].randomElement(using: &random)!
    let input = TensorShape.image(
      height: .random(in: 1...side, using: &random), width: .random(in: 1...side, using: &random),
      channels: Bool.random(using: &random) ? 1 : 3)
    layout = Int.random(in: 0..<4, using: &random) == 0 ? .channelsFirst : .channelsLast
    builder = GraphBuilder(input: input, seed: seed)
    shapes = [input]
  }

  /// A classifier, and the same without its last activation.
  mutating func model() throws -> (Model, logits: Graph) {
    for _ in 0..<Int.random(in: 1...9, using: &random) { appendLayer() }
    join()
    let inputs = try builder.graph().outputShape.count
    let outputs = pick([1, 1, 2, 17, 300])
    let activation: Activation = outputs == 1 ? .sigmoid : .softmax
    var plain = builder
    plain.append(plain.dense(inputs, outputs))
    if Bool.random(using: &random) {
      builder.append(builder.dense(inputs, outputs, activation: activation))
    } else {
      builder = plain
      builder.append(.activation(activation))
    }
    var preprocessing = builder.preprocessing
    preprocessing.layout = layout
    let labels = (0..<max(outputs, 2)).map { "label\($0)" }
    let model = try Model(graph: builder.graph(), preprocessing: preprocessing, labels: labels)
    return (model, try plain.graph())
  }

  /// Rows of pixels of channels; every second picture is gray.
  mutating func image() -> [Float] {
    if Bool.random(using: &random) { return random.floats(shapes[0].count) }
    let channels = shapes[0].channels
    return random.floats(shapes[0].count / channels).flatMap {
      [Float](repeating: $0, count: channels)
    }
  }

  /// An image in the layout that the model takes.
  func inLayout(_ image: [Float]) -> [Float] {
    let channels = shapes[0].channels
    if layout == .channelsLast { return image }
    return (0..<channels).flatMap { channel in
      stride(from: channel, to: image.count, by: channels).map { image[$0] }
    }
  }

  /// Appends a layer that fits one of the values, as a rule the last.
  private mutating func appendLayer() {
    while true {
      let value =
        Int.random(in: 0..<3, using: &random) > 0
        ? builder.last : Int.random(in: 0...builder.last, using: &random)
      var inputs = [value]
      let operation: Operation
      if case .image(_, _, let channels) = shapes[value] {
        operation = imageLayer(value, channels, &inputs)
      } else {
        operation = vectorLayer(value, &inputs)
      }
      guard append(operation, inputs) else { continue }
      if case .convolution = operation, Bool.random(using: &random) {
        _ = append(.pooling(halving), [builder.last])
      }
      return
    }
  }

  private mutating func imageLayer(
    _ value: Int, _ channels: Int, _ inputs: inout [Int]
  ) -> Operation {
    switch Int.random(in: 0..<14, using: &random) {
    case 0..<5: return convolution(of: channels)
    case 5...6: return .pooling(pooling())
    case 7: return .globalPooling(pick(PoolingKind.allCases))
    case 8: return builder.batchNormalization(channels)
    case 9: return .activation(pick(Activation.allCases))
    case 10: return .zeroPadding(insets(upTo: 2))
    case 11: return .flatten(pick(FlattenOrder.allCases))
    case 12: return .dropout(rate: 0.5)
    default: return joining(value, &inputs)
    }
  }

  private mutating func vectorLayer(_ value: Int, _ inputs: inout [Int]) -> Operation {
    let count = shapes[value].count
    switch Int.random(in: 0..<8, using: &random) {
    case 0..<3:
      return builder.dense(
        count, pick([1, 5, 16, 33, 130]), bias: .random(using: &random), activation: activation())
    case 3: return builder.batchNormalization(count)
    case 4: return .activation(pick(Activation.allCases))
    case 5: return .flatten(pick(FlattenOrder.allCases))
    default: return joining(value, &inputs)
    }
  }

  /// A sum, a product or a concatenation with other values that fit.
  private mutating func joining(_ value: Int, _ inputs: inout [Int]) -> Operation {
    let operation: Operation = pick([.add, .multiply, .concatenate])
    let others = shapes.indices.filter {
      (try? operation.outputShape(of: [shapes[value], shapes[$0]])) != nil
    }
    let most = operation == .multiply ? 1 : 3
    for _ in 0..<Int.random(in: 1...most, using: &random) { inputs.append(pick(others)) }
    return operation
  }

  private mutating func convolution(of channels: Int) -> Operation {
    let isDepthwise = Int.random(in: 0..<4, using: &random) == 0
    let groups = isDepthwise ? channels : pick([1, 1, 1, 1, 2, 3])
    let outputs = isDepthwise ? channels * pick([1, 1, 2]) : pick([1, 3, 8, 16, 33, 64])
    guard channels % groups == 0, outputs % groups == 0 else { return convolution(of: channels) }
    if Bool.random(using: &random) {
      return builder.convolution(
        3, channels, outputs, padding: padding(upTo: 3), groups: groups, activation: activation())
    }
    return builder.convolution(
      pick([1, 2, 3, 5]), channels, outputs, stride: extent([1, 2, 3]),
      padding: padding(upTo: 3), dilation: extent([1, 2]), groups: groups,
      bias: .random(using: &random), activation: activation())
  }

  /// One that a convolution may be fused with.
  private let halving = Pooling(.max, window: Extent(2), stride: Extent(2))

  private mutating func pooling() -> Pooling {
    Pooling(
      pick(PoolingKind.allCases), window: extent([1, 2, 3]), stride: extent([1, 2, 3]),
      padding: padding(upTo: 2), countsPadding: .random(using: &random))
  }

  private mutating func activation() -> Activation? {
    pick([nil, .relu, .relu, .relu6, .sigmoid, .softmax, .tanh, .swish, .hardSwish])
  }

  private mutating func padding(upTo most: Int) -> Padding {
    pick([.valid, .same, .explicit(insets(upTo: most))])
  }

  private mutating func insets(upTo most: Int) -> Insets {
    let sides = (0..<4).map { _ in Int.random(in: 0...most, using: &random) }
    return Insets(top: sides[0], bottom: sides[1], left: sides[2], right: sides[3])
  }

  private mutating func extent(_ sides: [Int]) -> Extent {
    Extent(height: pick(sides), width: pick(sides))
  }

  private mutating func pick<T>(_ choices: [T]) -> T { choices.randomElement(using: &random)! }

  /// Appends a layer if it fits its inputs and is not large.
  private mutating func append(_ operation: Operation, _ inputs: [Int]) -> Bool {
    guard let shape = try? operation.outputShape(of: inputs.map { shapes[$0] }),
      shape.count <= 40_000, operation.parameterCount <= 200_000
    else { return false }
    unread.subtract(inputs)
    unread.insert(builder.append(operation, inputs: inputs))
    shapes.append(shape)
    return true
  }

  /// Makes one vector of all that no layer has read.
  private mutating func join() {
    for value in unread.sorted() {
      if case .image = shapes[value] {
        let isSmall = shapes[value].count <= 500
        _ = append(isSmall ? .flatten(.heightWidthChannels) : .globalPooling(.average), [value])
      }
    }
    let vectors = unread.sorted()
    if vectors.count > 1 { builder.append(.concatenate, inputs: vectors) }
  }
}
