import Foundation
import Pneumo
import PneumoSupport

/// The network that all engines are timed on: the architecture of the study (see
/// `Benchmarks/README.md`), which is four 3×3 convolutions, each with ReLU and 2×2 max pooling,
/// followed by three dense layers. Its weights are seeded. At 150×150 it has 3,485,505 parameters.
/// `Benchmarks/peers.py` builds the same network, bit for bit.
enum ReferenceNetwork {
  /// Supported image sides: a smaller image would be empty after four pooling layers.
  static let sizes = 46...1024

  /// Builds the network for images of `size` × `size` × 3.
  static func model(size: Int) throws(ModelError) -> Model {
    var random = PCG64(seed: 7)
    var nodes: [Graph.Node] = []
    func append(_ name: String, _ operation: Pneumo.Operation) {
      nodes.append(Graph.Node(name: name, operation: operation, inputs: [nodes.count]))
    }
    var (side, channels) = (size, 3)
    for (number, filters) in [32, 64, 128, 128].enumerated() {
      let (kernel, bias) = weights(
        [3, 3, channels, filters], fans: 9 * (channels + filters), &random)
      append(
        "conv\(number + 1)",
        .convolution(Convolution(kernel: kernel, bias: bias, activation: .relu)))
      append(
        "pool\(number + 1)", .pooling(Pooling(.max, window: Extent(2), stride: Extent(2))))
      (side, channels) = ((side - 2) / 2, filters)
    }
    append("flatten", .flatten(.heightWidthChannels))
    var inputs = side * side * channels
    for (number, outputs) in [512, 64, 1].enumerated() {
      let (kernel, bias) = weights([inputs, outputs], fans: inputs + outputs, &random)
      append(
        "dense\(number + 1)",
        .dense(Dense(kernel: kernel, bias: bias, activation: outputs > 1 ? .relu : .sigmoid)))
      inputs = outputs
    }
    return try Model(
      graph: Graph(inputShape: .image(height: size, width: size, channels: 3), nodes: nodes),
      preprocessing: .kerasStudy(size: Extent(size)), labels: ["NORMAL", "PNEUMONIA"])
  }

  /// Draws the kernel from Glorot's uniform distribution, the bias from ±0.05.
  private static func weights(
    _ shape: [Int], fans: Int, _ random: inout PCG64
  ) -> (kernel: WeightTensor, bias: WeightTensor) {
    let limit = pow(6.0 / Double(fans), 0.5)
    let (count, outputs) = (shape.reduce(1, *), shape[shape.count - 1])
    return (
      WeightTensor(shape: shape, values: random.floats(count, -limit, limit)),
      WeightTensor(shape: [outputs], values: random.floats(outputs, -0.05, 0.05))
    )
  }

  /// The tensors of `images` images, one after the other: seeded random values in 0..<1.
  static func input(_ preprocessing: Preprocessing, images: Int) -> [Float] {
    var random = PCG64(seed: 11)
    return random.floats(images * preprocessing.shape.count, 0, 1)
  }
}
