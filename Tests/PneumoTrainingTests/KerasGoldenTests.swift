import Foundation
import PneumoCompute
import PneumoGradients
import PneumoKernelABI
import PneumoModel
import PneumoSupport
import Testing

@testable import PneumoTraining

/// What Keras made of the study's networks in 20 steps: see Tools/make-training-goldens.py.
private struct KerasGolden {
  var losses: [Double] = []
  var weights: [(name: String, stride: Int, values: [Float])] = []

  init(study: Int) throws {
    let url = try #require(
      Bundle.module.url(forResource: "Fixtures/study\(study)", withExtension: "txt"))
    for line in try String(contentsOf: url, encoding: .utf8).split(separator: "\n") {
      let words = line.split(separator: " ")
      if words[0] == "loss" {
        losses.append(try #require(Double(words[1])))
      } else {
        weights.append(
          (String(words[1]), try #require(Int(words[2])), words[3...].compactMap { Float($0) }))
      }
    }
  }
}

/// The script's numbers: SplitMix64's upper 24 bits as numbers of 0..<1.
private func uniform(_ seed: UInt64, _ count: Int) -> [Float] {
  var random = SplitMix64(state: seed)
  return (0..<count).map { _ in Float(random.next() >> 40) / Float(1 << 24) }
}

/// The study's first network, or with dropout its second.
private func network(hasDropout: Bool) throws -> Graph {
  var nodes: [Graph.Node] = []
  var seed: UInt64 = 1000
  func append(_ name: String, _ operation: PneumoModel.Operation) {
    nodes.append(Graph.Node(name: name, operation: operation, inputs: [nodes.count]))
  }
  func kernel(_ shape: [Int]) -> WeightTensor {
    seed += 1
    let fans = shape.dropLast(2).reduce(1, *) * shape.suffix(2).reduce(0, +)
    let limit = (Float(6) / Float(fans)).squareRoot()
    return WeightTensor(
      shape: shape, values: uniform(seed, shape.reduce(1, *)).map { ($0 * 2 - 1) * limit })
  }
  func zeros(_ count: Int) -> WeightTensor {
    WeightTensor(shape: [count], values: [Float](repeating: 0, count: count))
  }
  var channels = 3
  for (index, filters) in [32, 64, 128, 128].enumerated() {
    append(
      "conv\(index + 1)",
      .convolution(
        Convolution(
          kernel: kernel([3, 3, channels, filters]), bias: zeros(filters), activation: .relu)))
    append("pool\(index + 1)", .pooling(Pooling(.max, window: Extent(2), stride: Extent(2))))
    if hasDropout && index >= 2 { append("drop\(index + 1)", .dropout(rate: 0.5)) }
    channels = filters
  }
  append("flatten", .flatten(.heightWidthChannels))
  var inputs = 7 * 7 * 128
  for (index, units) in [512, 64, 1].enumerated() {
    append(
      "dense\(index + 1)",
      .dense(
        Dense(
          kernel: kernel([inputs, units]), bias: zeros(units),
          activation: units == 1 ? .sigmoid : .relu)))
    if hasDropout && index == 0 { append("drop", .dropout(rate: 0.5)) }
    inputs = units
  }
  return try Graph(inputShape: .image(height: 150, width: 150, channels: 3), nodes: nodes)
}

@Suite struct KerasGoldenTests {
  @Test(arguments: InstructionSet.available, [1, 2])
  func twentySteps(_ kernels: KernelTable, _ study: Int) throws {
    // Sums without fused multiplication round more.
    let isFused = kernels.name != "baseline"
    try check(kernels, study, usesWinograd: false, isExact: isFused)
  }

  @Test(arguments: [1, 2])
  func twentyStepsByWinograd(_ study: Int) throws {
    try check(InstructionSet.select(), study, usesWinograd: true, isExact: false)
  }

  private func check(_ kernels: KernelTable, _ study: Int, usesWinograd: Bool, isExact: Bool) throws
  {
    let golden = try KerasGolden(study: study)
    let (images, count) = (4, 150 * 150 * 3)
    let penalty: Float = study == 2 ? 0.01 : 0
    let network = try TrainingNetwork(
      graph: try network(hasDropout: study == 2), batchSize: images, threads: 2, kernels: kernels,
      penalties: ["dense1": penalty, "dense2": penalty], usesWinograd: usesWinograd)
    let dropouts = network.layers.compactMap { $0 as? DropoutLayer }
    #expect(golden.losses.count == 20)
    for (step, loss) in golden.losses.enumerated() {
      let labels = (0..<images).map { min(($0 + step) % 4, 1) }
      let pixels = uniform(UInt64(5000 + step), images * count)
      for (number, layer) in dropouts.enumerated() {
        layer.givenMasks = uniform(
          UInt64(9000 + 10 * step + number), images * layer.elementCount
        ).map { $0 >= 0.5 ? 2 : 0 }
      }
      let penalty = network.penalty()
      let result = network.backpropagate(labels: labels, dropoutKey: 0) { image, room in
        let factor: Float = labels[image] == 1 ? 0.1 : 0.05
        for i in 0..<count { room[i] = pixels[image * count + i] * factor }
      }
      let ours = result.lossSum / Double(images) + penalty
      #expect(
        abs(ours - loss) <= (isExact ? 1e-4 : 3e-4) * loss, "step \(step): \(ours), Keras \(loss)")
      network.step(.adam(), rate: 1e-4)
    }
    let parameters = network.parameters
    #expect(golden.weights.count == parameters.count)
    // Adam moves a weight by the sign of its gradient at first, so roundings decide where a gradient
    // nearly cancels. Without oneDNN Keras itself differs from this in up to 5 of a thousand weights
    // by more than 1e-5, and by up to 9e-5. Winograd's filtering rounds more.
    let share = isExact ? 0.005 : 0.2
    var (far, total) = (0, 0)
    for (name, stride, values) in golden.weights {
      let parameter = try #require(parameters.first { $0.name == name })
      let numbers = parameter.elements(of: parameter.values)
      for (index, value) in values.enumerated() {
        let difference = abs(numbers[index * stride] - value)
        total += 1
        if difference > 1e-5 { far += 1 }
        #expect(
          difference <= (isExact ? 9e-5 : 5e-4),
          "\(name)[\(index * stride)]: off by \(difference)")
      }
    }
    #expect(
      Double(far) <= share * Double(total), "\(far) of \(total) weights are off by more than 1e-5")
  }
}
