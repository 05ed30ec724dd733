import PneumoCompute
import PneumoGradients
import PneumoKernelABI
import PneumoModel
import PneumoTestSupport
import Testing

@testable import PneumoTraining

/// What holds for any network; small enough for the sanitizers.
@Suite struct TrainingNetworkTests {
  /// Gradients after one batch, and logits after a step.
  private func bits(_ test: GradientCase, threads: Int) throws -> [Float] {
    var random = SeededGenerator(seed: 3)
    let count = test.graph.inputShape.count
    let inputs = (0..<7).map { _ in random.floats(count) }
    let network = try TrainingNetwork(
      graph: test.graph, batchSize: 8, threads: threads, kernels: InstructionSet.select(nil))
    let fill: @Sendable (Int, UnsafeMutablePointer<Float>) -> Void = { image, room in
      for i in 0..<count { room[i] = inputs[image][i] }
    }
    let classes = max(test.graph.outputShape.count, 2)
    _ = network.backpropagate(labels: (0..<7).map { $0 % classes }, dropoutKey: 5, fill: fill)
    let gradients = network.parameters.filter(\.isTrained).flatMap {
      $0.elements(of: $0.gradient)
    }
    network.step(.adam(), rate: 1e-3, clipNorm: 1)
    return gradients + network.logits(count: 7, fill: fill)
  }

  @Test(arguments: GradientTests.cases)
  func sameBitsForAnyThreadCount(_ test: GradientCase) throws {
    let one = try bits(test, threads: 1).map(\.bitPattern)
    #expect(Set(one).count > one.count / 4)
    for threads in [2, 3, 5] {
      #expect(try bits(test, threads: threads).map(\.bitPattern) == one, "\(threads) threads")
    }
  }

  /// Three dense layers, each of one weight.
  private func network(_ weights: [Float]) throws -> TrainingNetwork {
    let nodes = weights.enumerated().map { index, weight in
      Graph.Node(
        name: "dense\(index)",
        operation: .dense(
          Dense(
            kernel: WeightTensor(shape: [1, 1], values: [weight]),
            activation: index == weights.count - 1 ? .sigmoid : nil)),
        inputs: [index])
    }
    return try TrainingNetwork(
      graph: try Graph(inputShape: .vector(1), nodes: nodes), batchSize: 2, threads: 1,
      kernels: try InstructionSet.select(nil))
  }

  @Test func theLayerWhoseNumbersEndIsNamed() throws {
    for (weights, layer): ([Float], String?) in [
      ([1, 1, 1], nil), ([1e30, 1e30, 1], "dense1"), ([1, .nan, 1], "dense1"),
      // Its answers are numbers, the gradient of the first layer, the product of both, is none.
      ([1, 1e30, 1e30], "dense2"), ([1e-30, 1e25, 1e25], "dense0"),
    ] {
      let network = try network(weights)
      _ = network.backpropagate(labels: [0, 1], dropoutKey: 0) { image, room in room[0] = 1 }
      #expect(network.firstNonFiniteLayer() == layer, "\(weights)")
    }
  }
}
