import Pneumo
import PneumoTestSupport

/// The logits that a network must produce before it is timed.
struct Expectation {
  /// The program that computed them.
  let oracle: String
  /// The logits for the first images of the benchmark's input, image by image.
  let logits: [Double]

  /// The largest |Δ logit| that passes.
  static let tolerance = 1e-4

  /// Keras' logits for the reference network or a model in the package, if they are recorded.
  static func recorded(_ name: String, size: Int) throws -> Expectation? {
    let goldens = try Goldens.load()
    return goldens.logits(of: name, size: size).map {
      Expectation(oracle: goldens.oracle, logits: $0)
    }
  }

  /// The logits for the first image from the tests' oracle, which computes in double precision.
  static func computed(_ model: Model) throws -> Expectation {
    let graph = try model.graph.withoutOutputActivation()
    let input = ReferenceNetwork.input(model.preprocessing, images: 1)
    // The oracle always takes NHWC input, whatever layout the model takes.
    let values = NaiveGraph.run(graph, input: model.preprocessing.channelsLast(input))
    return Expectation(oracle: "double precision", logits: values[values.count - 1])
  }

  /// The number of images compared.
  func images(outputs: Int) -> Int { logits.count / outputs }

  /// Compares `actual` with the expected logits and returns the largest difference. Throws if a
  /// difference exceeds the tolerance or is NaN. Logits without an expected value are ignored.
  func check(_ actual: [Float], of name: String) throws -> Double {
    var largest = 0.0
    for (logit, expected) in zip(actual, logits) {
      let difference = abs(Double(logit) - expected)
      guard difference <= Self.tolerance else {
        throw BenchError(
          "\(name): incorrect output: a logit is \(logit), expected \(expected) (\(oracle)); "
            + "not timed, because the speed of an incorrect result is meaningless")
      }
      largest = max(largest, difference)
    }
    return largest
  }
}

extension Graph {
  /// The same network with logits as its output.
  fileprivate func withoutOutputActivation() throws -> Graph {
    var nodes = self.nodes
    switch nodes[nodes.count - 1].operation {
    case .dense(var layer):
      layer.activation = nil
      nodes[nodes.count - 1].operation = .dense(layer)
    default: nodes.removeLast()  // an activation of its own: a model ends with nothing else
    }
    return try Graph(inputShape: inputShape, nodes: nodes)
  }
}

extension Preprocessing {
  /// Converts one image's tensor to HWC layout.
  fileprivate func channelsLast(_ tensor: [Float]) -> [Float] {
    guard layout == .channelsFirst else { return tensor }
    let pixels = size.height * size.width
    return (0..<tensor.count).map { index in
      let (pixel, channel) = index.quotientAndRemainder(dividingBy: colorMode.channels)
      return tensor[channel * pixels + pixel]
    }
  }
}
