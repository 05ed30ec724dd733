import Foundation
import PneumoCompute
import PneumoGradients
import PneumoKernelABI
import PneumoModel
import Testing

@testable import PneumoTraining

/// What Keras' optimizers and schedule make of a dense layer: see Tools/make-optimizer-goldens.py.
@Suite struct OptimizerTests {
  private static let optimizers: [(name: String, optimizer: Optimizer, clipNorm: Float?)] = [
    ("sgd", .sgd(momentum: 0), nil), ("momentum", .sgd(momentum: 0.9), nil),
    ("clipped", .sgd(momentum: 0.5), 0.05),
    ("adam", .adam(beta1: 0.8, beta2: 0.95, epsilon: 1e-3), nil),
    ("adamw", .adam(weightDecay: 0.5), nil),
  ]
  private static let inputs: [[Float]] = [[0.5, -1, 2], [-0.25, 1.5, 0.75]]

  private func golden(_ key: String) throws -> [[Float]] {
    let url = try #require(
      Bundle.module.url(forResource: "Fixtures/optimizers", withExtension: "txt"))
    let lines = try String(contentsOf: url, encoding: .utf8).split(separator: "\n")
    return lines.filter { $0.hasPrefix(key + " ") }.map {
      $0.dropFirst(key.count).split(separator: " ").compactMap { Float($0) }
    }
  }

  private func network(
    _ kernels: KernelTable, penalties: [String: Float] = [:]
  ) throws -> TrainingNetwork {
    let layer = Dense(
      kernel: WeightTensor(shape: [3, 1], values: [1, -0.5, 0.25]),
      bias: WeightTensor(shape: [1], values: [0.75]), activation: .sigmoid)
    return try TrainingNetwork(
      graph: Graph(
        inputShape: .vector(3), nodes: [.init(name: "last", operation: .dense(layer), inputs: [0])]),
      batchSize: 2, threads: 1, kernels: kernels, penalties: penalties)
  }

  private func weights(of network: TrainingNetwork) -> [Float] {
    network.parameters.flatMap { $0.elements(of: $0.values) }
  }

  @Test(arguments: InstructionSet.available, optimizers.indices)
  func stepsAreThoseOfKeras(_ kernels: KernelTable, _ index: Int) throws {
    let (name, optimizer, clipNorm) = Self.optimizers[index]
    let network = try network(kernels)
    let steps = try golden("step \(name)")
    #expect(steps.count == 6)
    for (number, expected) in steps.enumerated() {
      _ = network.backpropagate(labels: [0, 1], dropoutKey: 0) { image, room in
        for (index, value) in Self.inputs[image].enumerated() { room[index] = value }
      }
      network.step(optimizer, rate: 0.1, clipNorm: clipNorm)
      let found = weights(of: network)
      #expect(found.count == expected.count)
      for (found, expected) in zip(found, expected) {
        #expect(abs(found - expected) <= 2e-6, "\(name), step \(number)")
      }
    }
  }

  /// AdamW shrinks kernels by `rate · decay` at each step, and no bias.
  @Test func decayShrinksKernelsAlone() throws {
    let kernels = try InstructionSet.select()
    func change(decay: Float) throws -> [Float] {
      let network = try network(kernels)
      _ = network.backpropagate(labels: [0, 1], dropoutKey: 0) { image, room in
        for (index, value) in Self.inputs[image].enumerated() { room[index] = value }
      }
      network.step(.adam(weightDecay: decay), rate: 0.01)
      return weights(of: network)
    }
    let (plain, decayed) = (try change(decay: 0), try change(decay: 0.5))
    for (index, initial) in ([1, -0.5, 0.25] as [Float]).enumerated() {
      #expect(abs(decayed[index] - (plain[index] - 0.01 * 0.5 * initial)) <= 1e-7)
    }
    #expect(decayed[3] == plain[3])
  }

  /// The gradient of `penalty · Σ w²` is `2 · penalty · w`.
  @Test func penaltiesPullKernelsTowardZero() throws {
    let kernels = try InstructionSet.select()
    let network = try network(kernels, penalties: ["last": 0.25])
    #expect(abs(network.penalty() - 0.25 * (1 + 0.25 + 0.0625)) <= 1e-7)
    _ = network.backpropagate(labels: [0, 1], dropoutKey: 0) { image, room in
      for (index, value) in Self.inputs[image].enumerated() { room[index] = value }
    }
    network.step(.sgd(momentum: 0), rate: 0.1)
    let free = try golden("step sgd")[0]
    let found = weights(of: network)
    for (index, initial) in ([1, -0.5, 0.25] as [Float]).enumerated() {
      #expect(abs(found[index] - (free[index] - 0.1 * 2 * 0.25 * initial)) <= 1e-6)
    }
    #expect(abs(found[3] - free[3]) <= 1e-6)
  }

  // MARK: Learning rates

  @Test func cosineIsThatOfKeras() throws {
    let schedule = LearningRateSchedule(
      base: 0.5, shape: .cosine(warmUp: 4, floor: 0.1), totalSteps: 20)
    let expected = try golden("cosine")
    #expect(expected.count == 20)
    for line in expected {
      #expect(abs(schedule.rate(step: Int(line[0])) - line[1]) <= 1e-6, "step \(line[0])")
    }
  }

  @Test func warmUpIsLinear() {
    let schedule = LearningRateSchedule(
      base: 0.5, shape: .cosine(warmUp: 4, floor: 0), totalSteps: 20)
    #expect((0...4).map { schedule.rate(step: $0) } == [0.125, 0.25, 0.375, 0.5, 0.5])
    #expect(schedule.rate(step: 20) == 0)
    // A training that is all warm-up, and one of no steps at all.
    let short = LearningRateSchedule(
      base: 1, shape: .cosine(warmUp: 4, floor: 0.5), totalSteps: 4)
    #expect(short.rate(step: 3) == 1 && short.rate(step: 4) == 1 && short.rate(step: 5) == 0.5)
  }

  @Test func plateausLowerTheRate() {
    let schedule = LearningRateSchedule(
      base: 0.8, shape: .reduceOnPlateau(factor: 0.5, patience: 3), totalSteps: 10)
    #expect((0...3).map { schedule.rate(step: 7, plateaus: $0) } == [0.8, 0.4, 0.2, 0.1])
    let constant = LearningRateSchedule(base: 0.8, totalSteps: 10)
    #expect(constant.rate(step: 0) == 0.8 && constant.rate(step: 9, plateaus: 5) == 0.8)
  }
}
