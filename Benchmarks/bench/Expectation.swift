import Pneumo
import PneumoTestSupport

/// What a network must answer before it is worth timing.
struct Expectation {
  /// Who says so.
  let oracle: String
  /// Of the first images of the benchmark's input, image after image.
  let logits: [Double]

  /// The largest |Δ logit| that passes.
  static let tolerance = 1e-4

  /// Keras' answers to the reference network or a model of the package, where they are recorded.
  static func recorded(_ name: String, size: Int) throws -> Expectation? {
    let goldens = try Goldens.load()
    return goldens.logits(of: name, size: size).map {
      Expectation(oracle: goldens.oracle, logits: $0)
    }
  }

  /// The answer of the tests' oracle, which computes in double precision, to the first image.
  static func computed(_ model: Model) throws -> Expectation {
    let graph = try model.graph.withoutOutputActivation()
    let input = ReferenceNetwork.input(model.preprocessing, images: 1)
    // The oracle takes rows of pixels of channels whatever the model is fed with.
    let values = NaiveGraph.run(graph, input: model.preprocessing.channelsLast(input))
    return Expectation(oracle: "double precision", logits: values[values.count - 1])
  }

  /// How many images are compared.
  func images(outputs: Int) -> Int { logits.count / outputs }

  /// The largest difference to those of `answers` that are known. A difference above the tolerance,
  /// or one that is no number, is an error.
  func check(_ answers: [Float], of name: String) throws -> Double {
    var largest = 0.0
    for (answer, expected) in zip(answers, logits) {
      let difference = abs(Double(answer) - expected)
      guard difference <= Self.tolerance else {
        throw BenchError(
          "\(name): wrong answer: a logit is \(answer), \(oracle) says \(expected); "
            + "not timed, for a wrong answer has no speed")
      }
      largest = max(largest, difference)
    }
    return largest
  }
}

extension Graph {
  /// The same network, answering logits.
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
  /// One image's tensor as rows of pixels of channels.
  fileprivate func channelsLast(_ tensor: [Float]) -> [Float] {
    guard layout == .channelsFirst else { return tensor }
    let pixels = size.height * size.width
    return (0..<tensor.count).map { index in
      let (pixel, channel) = index.quotientAndRemainder(dividingBy: colorMode.channels)
      return tensor[channel * pixels + pixel]
    }
  }
}
