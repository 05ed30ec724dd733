import Foundation
import PneumoCompute
import PneumoTestSupport
import Testing

@testable import Pneumo

@Suite struct SessionTests {
  /// The README's example, but for where the model and the pixels come from.
  @Test func shortProgramClassifiesABatch() throws {
    let model = try GraphBuilder.study(size: 48)
    let pixels = [Float](repeating: 0.5, count: 2 * model.graph.inputShape.count)

    let session = try Session(model)
    let predictions = try session.predict(pixels)
    let expected = NaiveGraph.run(
      model.graph, input: Array(pixels.prefix(model.graph.inputShape.count))
    ).last![0]
    #expect(predictions.count == 2)
    for prediction in predictions {
      #expect(prediction.label == model.labels[expected > Double(model.threshold) ? 1 : 0])
      #expect(abs(Double(prediction.probabilities[1]) - expected) <= 1e-6)
    }
  }

  /// Invariant: same bits for one image whatever the batch, its place there, and the threads.
  @Test(arguments: [1, 7, 64], [1, 2, 4])
  func batchAndThreadsNeverChangeABit(batch: Int, threads: Int) throws {
    let model = try GraphBuilder.study(size: 48)
    var random = SeededGenerator(seed: 7)
    let count = model.graph.inputShape.count
    let images = (0..<9).map { _ in random.floats(count) }
    let alone = try Session(model, threads: 1, batch: 1)
    let expected = try images.map { try alone.predict($0)[0].logits }

    let session = try Session(model, threads: threads, batch: batch)
    let together = try session.predict(images.flatMap { $0 }).map(\.logits)
    #expect(together == expected)
    let reversed = try session.predict(images.reversed().flatMap { $0 }).map(\.logits)
    #expect(reversed == expected.reversed())
  }

  @Test func severalTasksMayUseOneSession() async throws {
    let model = try GraphBuilder.study(size: 48)
    let session = try Session(model, threads: 2, batch: 2)
    var random = SeededGenerator(seed: 8)
    let images = (0..<20).map { _ in random.floats(session.inputCount) }
    let expected = try images.map { try session.predict($0)[0] }
    let found = try await withThrowingTaskGroup(of: (Int, Prediction).self) { group in
      for (index, image) in images.enumerated() {
        group.addTask { (index, try session.predict(image)[0]) }
      }
      return try await group.reduce(into: [Int: Prediction]()) { $0[$1.0] = $1.1 }
    }
    #expect(images.indices.map { found[$0] } == expected)
  }

  @Test(arguments: InstructionSet.available.map(\.name))
  func instructionSetsAgree(name: String) throws {
    let model = try GraphBuilder.study(size: 48)
    let session = try Session(model, instructionSet: name)
    #expect(session.instructionSet == name)
    var random = SeededGenerator(seed: 9)
    let image = random.floats(session.inputCount)
    let reference = try Session(model, instructionSet: "baseline").predict(image)[0].logits[0]
    let logit = try session.predict(image)[0].logits[0]
    #expect(abs(logit - reference) <= 1e-5)
  }

  /// A gray picture runs the first layer on one channel; one pixel of another color, wherever it is,
  /// makes it a picture in colors.
  @Test(arguments: [.valid, .same] as [Padding], InstructionSet.available.map(\.name))
  func grayAndColorsAnswerAsTheDefinition(padding: Padding, instructionSet: String) throws {
    var builder = GraphBuilder(input: .image(height: 20, width: 23, channels: 3), seed: 1)
    builder.append(
      builder.convolution(3, 3, 7, stride: Extent(2), padding: padding, activation: .relu))
    builder.append(.flatten(.heightWidthChannels))
    builder.append(
      builder.dense(try builder.graph().outputShape.count, 1, activation: .sigmoid))
    let model = try builder.model()
    let session = try Session(model, threads: 2, batch: 3, instructionSet: instructionSet)
    var random = SeededGenerator(seed: 12)
    let gray = random.floats(20 * 23).flatMap { [$0, $0, $0] }
    var first = gray
    first[1] = 3
    var last = gray
    last[gray.count - 1] = -3
    let found = try session.predict(gray + first + last).map(\.logits[0])
    for (image, logit) in zip([gray, first, last], found) {
      let probability = NaiveGraph.run(model.graph, input: image).last![0]
      #expect(abs(Double(logit) - log(probability / (1 - probability))) <= 1e-5)
    }
    #expect(Set(found).count == 3)
  }

  /// Steps that only prepare the input of a fused layer are no answer.
  @Test func fusedLayersAnswerOnce() throws {
    var builder = GraphBuilder(input: .image(height: 8, width: 6, channels: 3), seed: 1)
    builder.append("conv", builder.convolution(3, 3, 4, padding: .same, activation: .relu))
    builder.append("pool", .pooling(Pooling(.max, window: Extent(2), stride: Extent(2))))
    builder.append("flatten", .flatten(.heightWidthChannels))
    builder.append("dense", builder.dense(48, 1, activation: .sigmoid))
    let session = try Session(builder.model())
    let image = [Float](repeating: 0.5, count: session.inputCount)
    let outputs = try session.activations(of: image)
    #expect(outputs.map(\.layer) == ["pool", "dense"])
    let expected = NaiveGraph.run(session.model.graph, input: image)
    #expect(largestError(outputs[0].values, expected[2]) <= 1e-5)
  }

  /// Pooling is no reason to leave the kernel that suits a convolution of each channel.
  @Test func depthwiseConvolutionIsNotFusedWithPooling() throws {
    var builder = GraphBuilder(input: .image(height: 34, width: 34, channels: 3), seed: 1)
    builder.append(builder.convolution(3, 3, 64))
    builder.append(builder.convolution(3, 64, 64, padding: .same, groups: 64))
    builder.append(.pooling(Pooling(.max, window: Extent(2), stride: Extent(2))))
    builder.append(.globalPooling(.average))
    builder.append(builder.dense(64, 1, activation: .sigmoid))
    let session = try Session(builder.model())
    #expect(session.plan.steps.contains { $0.kernel.contains("depthwise3x3s1Direct") })
  }

  @Test func noImagesGiveNoPredictions() throws {
    #expect(try Session(GraphBuilder.study(size: 48)).predict([]).isEmpty)
  }

  @Test func wrongSizesAreErrors() throws {
    let session = try Session(GraphBuilder.study(size: 48))
    let error = #expect(throws: ComputeError.self) { try session.predict([1, 2, 3]) }
    #expect(error?.description.contains("6912") == true)
    #expect(throws: ComputeError.self) { try session.activations(of: [1]) }
    let model = session.model
    #expect(throws: ComputeError.self) { try Session(model, threads: 0) }
    #expect(throws: ComputeError.self) { try Session(model, batch: 0) }
    #expect(throws: ComputeError.self) { try Session(model, instructionSet: "mmx") }
  }

  /// A large model shrinks the batch that nobody chose; one that somebody chose is an error.
  @Test func memoryBeyondReasonIsAnError() throws {
    var builder = GraphBuilder(input: .image(height: 1024, width: 1024, channels: 1), seed: 1)
    builder.append(builder.convolution(1, 1, 8))
    builder.append(.flatten(.heightWidthChannels))
    builder.append(builder.dense(8 << 20, 1, activation: .sigmoid))
    let model = try builder.model()
    let error = #expect(throws: ComputeError.self) { try Session(model, batch: 65) }
    #expect(error?.kind == .tooLarge)
    #expect(error?.description.contains("smaller batch") == true)
    #expect(try Session(model).batch == 7)
    #expect(try Session(GraphBuilder.study(size: 48)).batch == 16)
  }

  /// Each thread has memory of its own: of too much, fewer threads share one image.
  @Test func memoryBeyondReasonTakesFewerThreads() throws {
    var builder = GraphBuilder(input: .image(height: 2048, width: 2048, channels: 1), seed: 1)
    builder.append(builder.convolution(1, 1, 64))
    builder.append(.globalPooling(.max))
    builder.append(builder.dense(64, 1, activation: .sigmoid))
    #expect(try Session(builder.model(), threads: 4).threads == 1)
  }

  /// Groups are padded to whole blocks: a small file can ask for much.
  @Test func packedWeightsAreBounded() throws {
    var builder = GraphBuilder(input: .image(height: 4, width: 4, channels: 8192), seed: 1)
    let kernel = WeightTensor(
      shape: [1, 1, 1024, 8192], values: [Float](repeating: 0, count: 1024 * 8192))
    builder.append(.convolution(Convolution(kernel: kernel, groups: 8)))
    builder.append(.globalPooling(.max))
    builder.append(builder.dense(8192, 1, activation: .sigmoid))
    let graph = try builder.graph()
    #expect(
      PlanBuilder.packedCount(
        graph, kernels: try InstructionSet.select("baseline"), keepsActivations: false)
        == 1024 * 8192 + 8192 * 8)
    var small = GraphBuilder(input: .image(height: 1, width: 1, channels: 65_536), seed: 1)
    small.append(small.convolution(1, 65_536, 131_072, groups: 65_536))
    #expect(
      PlanBuilder.packedCount(
        try small.graph(), kernels: try InstructionSet.select("baseline"), keepsActivations: false)
        == 8 * 65_536)
  }

  @Test func profileNamesEachKernel() throws {
    let session = try Session(
      GraphBuilder.study(size: 48), instructionSet: "baseline", isProfiling: true)
    _ = try session.predict([Float](repeating: 0, count: 3 * session.inputCount))
    let profile = session.profile()
    #expect(profile[0].kernel == "baseline.gray")
    #expect(profile[1].kernel == "baseline.conv3x3s1WinogradF1x4BiasReLUMaxPool2x2")
    #expect(profile[2].kernel == "baseline.conv3x3s1WinogradF4BiasReLUMaxPool2x2")
    #expect(profile.last?.kernel == "baseline.denseBias")
    #expect(profile.allSatisfy { $0.images == 3 && $0.seconds > 0 })
    // 46 × 46 outputs of 8 channels, 27 multiplications each, three images.
    #expect(profile[1].floatingPointOperations == 2 * 3 * 46 * 46 * 8 * 27)
  }
}

@Suite struct PredictionTests {
  private func model(
    outputs: Int, labels: [String], activation: Activation, threshold: Float = 0.5
  ) throws -> Model {
    var builder = GraphBuilder(input: .image(height: 2, width: 2, channels: 1), seed: 1)
    builder.append(.flatten(.heightWidthChannels))
    builder.append(builder.dense(4, outputs, activation: activation))
    return try Model(
      graph: builder.graph(), preprocessing: builder.preprocessing, labels: labels,
      threshold: threshold)
  }

  @Test func sigmoidIsTheProbabilityOfTheSecondLabel() throws {
    let model = try model(outputs: 1, labels: ["no", "yes"], activation: .sigmoid)
    let prediction = try Prediction(logits: [2], model: model)
    #expect(prediction.label == "yes")
    #expect(abs(prediction.probability - 0.880797) < 1e-6)
    #expect(abs(prediction.probabilities[0] - 0.119203) < 1e-6)
    let other = try Prediction(logits: [-2], model: model)
    #expect(other.label == "no")
    #expect(abs(other.probability - 0.119203) < 1e-6)
  }

  @Test func thresholdMustBeExceeded() throws {
    let model = try model(outputs: 1, labels: ["no", "yes"], activation: .sigmoid)
    #expect(try Prediction(logits: [0], model: model).label == "no")
    #expect(try Prediction(logits: [0.001], model: model).label == "yes")
    #expect(try Prediction(logits: [2], model: model, threshold: 0.9).label == "no")
    #expect(try Prediction(logits: [-2], model: model, threshold: 0.1).label == "yes")
  }

  @Test func extremeLogitsStayProbabilities() throws {
    let model = try model(outputs: 1, labels: ["no", "yes"], activation: .sigmoid)
    #expect(try Prediction(logits: [1000], model: model).probabilities == [0, 1])
    #expect(try Prediction(logits: [-1000], model: model).probabilities == [1, 0])
  }

  @Test func softmaxChoosesTheMostProbable() throws {
    let model = try model(outputs: 3, labels: ["a", "b", "c"], activation: .softmax)
    let prediction = try Prediction(logits: [1, 3, 2], model: model)
    #expect(prediction.label == "b")
    #expect(prediction.probability == prediction.probabilities[1])
    #expect(abs(prediction.probabilities.reduce(0, +) - 1) < 1e-6)
    #expect(abs(prediction.probabilities[1] - 0.665241) < 1e-6)
    #expect(try Prediction(logits: [1, 1, 1], model: model).label == "a")
    #expect(try Prediction(logits: [2000, -2000, 0], model: model).probabilities == [1, 0, 0])
  }

  @Test func softmaxOverTwoClassesUsesTheThreshold() throws {
    let model = try model(
      outputs: 2, labels: ["no", "yes"], activation: .softmax, threshold: 0.9)
    let prediction = try Prediction(logits: [0, 2], model: model)
    #expect(prediction.label == "no")
    #expect(abs(prediction.probability - 0.880797) < 1e-6)
  }
}
