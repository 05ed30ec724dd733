import PneumoCheckpoint
import PneumoModel
import PneumoSupport
import PneumoTraining
import Testing

/// What weights begin as, against the limits that Keras draws its kernels within.
@Suite struct InitializationTests {
  private func kernel(_ type: String, _ members: String, channels: Int) throws -> WeightTensor {
    let text = """
      {"input": [9, 9, \(channels)], "layers": [
        {"name": "layer", "type": "\(type)", \(members)},
        {"type": "global_pooling", "kind": "average"},
        {"type": "dense", "units": 1, "activation": "sigmoid"}]}
      """
    let architecture = try Architecture(json: JSON(parsing: Array(text.utf8)))
    let weights = architecture.initialGraph(seed: 3).nodes[0].operation.weights
    return try #require(weights.first { $0.name == "kernel" }).tensor
  }

  /// `keras.initializers.GlorotUniform`: √(6 / (fan-in + fan-out)), where a fan of a convolution is
  /// rows × columns × channels of the kernel's axis. That of DepthwiseConv2D has the axes (rows,
  /// columns, channels, 1).
  @Test(
    arguments: [
      // The stem of a network of gray images: one channel, yet no depthwise convolution.
      ("convolution", #""filters": 64, "kernel": 3"#, 1, 9 * 1, 9 * 64),
      ("convolution", #""filters": 64, "kernel": [3, 2]"#, 3, 6 * 3, 6 * 64),
      ("convolution", #""filters": 32, "kernel": 3, "groups": 2"#, 8, 9 * 4, 9 * 32),
      ("depthwise", #""kernel": 5"#, 32, 25 * 32, 25 * 1),
      ("depthwise", #""kernel": 5"#, 1, 25, 25),
    ])
  func kernelsAreWithinTheLimitsOfKeras(
    _ type: String, _ members: String, _ channels: Int, _ fanIn: Int, _ fanOut: Int
  ) throws {
    let values = try kernel(type, members, channels: channels).values()
    let limit = Float((6 / Double(fanIn + fanOut)).squareRoot())
    let largest = try #require(values.map(\.magnitude).max())
    #expect(largest <= limit)
    // Of a uniform distribution: hardly ever far from the limit, half of it below the middle.
    #expect(largest >= limit * (1 - 8 / Float(values.count)))
    if values.count > 100 {
      let mean = values.reduce(0) { $0 + $1.magnitude } / Float(values.count)
      #expect(abs(mean / limit - 0.5) <= 0.1)
      #expect(values.contains { $0 < -limit / 2 } && values.contains { $0 > limit / 2 })
    }
  }

  @Test func denseKernelsAreWithinTheLimitsOfKeras() throws {
    var network = ArchitectureBuilder(inputShape: .image(height: 5, width: 5, channels: 3))
    try network.append("flatten", .flatten(.heightWidthChannels))
    try network.dense("hidden", units: 40, activation: .relu)
    try network.classifier("last", classes: 2)
    let graph = try network.architecture().initialGraph(seed: 1)
    for (index, fans) in [(1, 75 + 40), (2, 40 + 1)] {
      let values = graph.nodes[index].operation.weights[0].tensor.values()
      let limit = Float((6 / Double(fans)).squareRoot())
      let largest = try #require(values.map(\.magnitude).max())
      #expect(largest <= limit && largest >= 0.9 * limit)
    }
  }

  /// Biases, shifts and means begin at 0, scales and variances at 1.
  @Test func theOtherWeightsAreConstant() throws {
    let graph = try Architecture.pneumo(size: 32).initialGraph(seed: 1)
    for node in graph.nodes {
      for (name, tensor) in node.operation.weights where name != "kernel" {
        let expected: Float = name == "gamma" || name == "moving_variance" ? 1 : 0
        #expect(tensor.values().allSatisfy { $0 == expected }, "\(node.name)/\(name)")
      }
    }
  }

  @Test func eachSeedAndEachWeightHasItsOwnValues() throws {
    let architecture = try Architecture.pneumo(size: 32)
    func kernels(_ seed: UInt64) -> [[Float]] {
      architecture.initialGraph(seed: seed).nodes.flatMap { node in
        node.operation.weights.filter { $0.name == "kernel" }.map { $0.tensor.values() }
      }
    }
    #expect(kernels(1) == kernels(1))
    #expect(Set(kernels(1).map { $0[0] }).count == kernels(1).count)
    #expect(Set(kernels(1)).isDisjoint(with: kernels(2)))
  }
}
