import PneumoModel
import PneumoTestSupport
import Testing

/// Checks that graphs built in memory are validated like those read from files.
@Suite struct GraphErrorTests {

  static let image = TensorShape.image(height: 8, width: 8, channels: 4)

  @Test func emptyGraph() throws {
    try expect(.emptyGraph, layer: nil, "no layers") { _ in }
  }

  @Test func tooManyLayers() throws {
    try expect(.limitExceeded, layer: nil, "4097 layers; at most 4096") { builder in
      for index in 0...Limits.layers { builder.append("\(index)", .activation(.relu)) }
    }
  }

  @Test(arguments: [0, Limits.axis + 1])
  func inputOutsideLimits(height: Int) throws {
    let node = Graph.Node(name: "a", operation: .activation(.relu), inputs: [0])
    let error = try #require(throws: ModelError.self) {
      try Graph(inputShape: .image(height: height, width: 8, channels: 4), nodes: [node])
    }
    #expect(error.kind == .limitExceeded)
    #expect(error.description.contains("\(height)×8×4"))
  }

  @Test func outputOutsideLimits() throws {
    try expect(.limitExceeded, layer: "flatten", "64256256") { builder in
      builder.append(
        "pad",
        .zeroPadding(Insets(top: 4000, bottom: 0, left: 4000, right: 0)))
      builder.append("flatten", .flatten(.heightWidthChannels))
    }
  }

  /// Limits also apply to the padded image, since the runtime has to store it.
  @Test func paddedImageOutsideLimits() throws {
    var builder = GraphBuilder(input: .image(height: 4096, width: 4096, channels: 16), seed: 1)
    let insets = Insets(top: 4096, bottom: 4096, left: 0, right: 0)
    builder.append(
      "conv", builder.convolution(1, 16, 1, stride: Extent(4096), padding: .explicit(insets)))
    let error = try #require(throws: ModelError.self) { try builder.graph() }
    #expect(error.kind == .limitExceeded)
    #expect(error.description.contains("12288×4096×16"))
  }

  @Test func nameTooLongOrWithControlCharacters() throws {
    let long = String(repeating: "é", count: 513)
    try expect(.limitExceeded, layer: nil, "1026 bytes") {
      $0.append(long, .activation(.relu))
    }
    try expect(.invalidText, layer: nil, "U+1b") { $0.append("\u{1B}[2J", .activation(.relu)) }
    try expect(.invalidText, layer: nil, "U+a") { $0.append("a\nb", .activation(.relu)) }
    try expect(.invalidText, layer: nil, "U+9b") { $0.append("\u{9B}2J", .activation(.relu)) }
  }

  @Test func duplicateName() throws {
    try expect(.duplicateName, layer: "a", "two layers") {
      $0.append("a", .activation(.relu))
      $0.append("a", .activation(.relu))
    }
  }

  @Test(arguments: [1, 2, 99, -1])
  func cyclicGraph(input: Int) throws {
    try expect(.cyclicGraph, layer: "a", "reads value \(input)") {
      $0.append("a", .activation(.relu), inputs: [input])
    }
  }

  @Test func unusedLayer() throws {
    try expect(.unusedLayer, layer: "a", "no layer reads") {
      $0.append("a", .activation(.relu))
      $0.append("b", .activation(.relu), inputs: [0])
    }
  }

  @Test func incorrectInputCount() throws {
    try expect(.wrongInputCount, layer: "a", "one input, found 2") {
      $0.append("a", .activation(.relu), inputs: [0, 0])
    }
    try expect(.wrongInputCount, layer: "a", "one input, found 0") {
      $0.append("a", .flatten(.heightWidthChannels), inputs: [])
    }
    try expect(.wrongInputCount, layer: "a", "2 to 64 inputs, found 1") { $0.append("a", .add) }
    try expect(.wrongInputCount, layer: "a", "takes 2 inputs, found 3") {
      $0.append("a", .multiply, inputs: [0, 0, 0])
    }
    try expect(.wrongInputCount, layer: "a", "2 to 64 inputs, found 65") {
      $0.append("a", .concatenate, inputs: Array(repeating: 0, count: 65))
    }
  }

  @Test func shapeMismatch() throws {
    var maker = GraphBuilder(input: Self.image, seed: 8)
    let vector = WeightTensor(shape: [4], values: [1, 1, 1, 1])
    let cases: [(PneumoModel.Operation, String)] = [
      (maker.dense(256, 1), "Dense needs a vector"),
      (maker.convolution(3, 3, 8), "takes 3 channels"),
      (maker.convolution(9, 4, 8), "window of 9×9 with dilation 1×1 does not fit"),
      (maker.convolution(3, 4, 8, dilation: Extent(4)), "dilation 4×4 does not fit"),
      (.convolution(Convolution(kernel: vector)), "kernel of four axes"),
      (
        .convolution(Convolution(kernel: maker.tensor([1, 1, 4, 3]), bias: vector)),
        "bias of shape [3]"
      ),
      (.pooling(Pooling(.max, window: Extent(9), stride: Extent(1))), "does not fit"),
      (maker.batchNormalization(3), "statistics of shape [4]"),
    ]
    for (operation, reason) in cases {
      try expect(.shapeMismatch, layer: "a", reason) { $0.append("a", operation) }
    }
    try expect(.shapeMismatch, layer: "b", "one shape") {
      $0.append("a", .zeroPadding(Insets(top: 0, bottom: 1, left: 0, right: 0)))
      $0.append("b", .add, inputs: [0, 1])
    }
    try expect(.shapeMismatch, layer: "b", "channels only") {
      $0.append("a", .zeroPadding(Insets(top: 0, bottom: 1, left: 0, right: 0)))
      $0.append("b", .concatenate, inputs: [0, 1])
    }
    try expect(.shapeMismatch, layer: "b", "one factor for each of its channels") {
      $0.append("a", .zeroPadding(Insets(top: 0, bottom: 1, left: 0, right: 0)))
      $0.append("b", .multiply, inputs: [0, 1])
    }
    // As many elements as there are channels, but not one for each of them.
    let four = TensorShape.image(height: 5, width: 5, channels: 4)
    for other in [TensorShape.image(height: 2, width: 2, channels: 1), .vector(5), .vector(1)] {
      for inputs in [[four, other], [other, four]] {
        let error = #expect(throws: ModelError.self) {
          try Operation.multiply.outputShape(of: inputs)
        }
        #expect(error?.kind == .shapeMismatch)
      }
    }
    for operation in [.globalPooling(.max), .zeroPadding(.zero), maker.convolution(1, 1, 1)] {
      try expect(.shapeMismatch, layer: "b", "needs an image") {
        $0.append("a", .flatten(.heightWidthChannels))
        $0.append("b", operation)
      }
    }
    try expect(.shapeMismatch, layer: "b", "kernel of shape (256, outputs)") {
      $0.append("a", .flatten(.heightWidthChannels))
      $0.append("b", $0.dense(255, 2))
    }
  }

  @Test func invalidParameter() throws {
    var maker = GraphBuilder(input: Self.image, seed: 9)
    let huge = Insets(top: 0, bottom: 0, left: Limits.window + 1, right: 0)
    let negative = Insets(top: -1, bottom: 0, left: 0, right: 0)
    let three = Padding.explicit(Insets(top: 0, bottom: 3, left: 0, right: 0))
    let cases: [(PneumoModel.Operation, String)] = [
      (maker.convolution(3, 4, 6, groups: 0), "0 groups"),
      (maker.convolution(3, 4, 6, groups: 3), "3 groups"),
      (maker.convolution(3, 4, 6, stride: Extent(0)), "stride of 0×0"),
      (maker.convolution(3, 4, 6, stride: Extent(.max)), "stride of"),
      (maker.convolution(3, 4, 6, dilation: Extent(-1)), "dilation of -1×-1"),
      (maker.convolution(3, 4, 6, dilation: Extent(.max)), "dilation of"),
      (maker.convolution(3, 4, 6, padding: .explicit(huge)), "padding of 4097"),
      (.zeroPadding(negative), "padding of -1"),
      (.pooling(Pooling(.max, window: Extent(0), stride: Extent(1))), "window of 0×0"),
      (.pooling(Pooling(.max, window: Extent(3), stride: Extent(1), padding: three)), "smaller"),
      (.dropout(rate: 1), "rate is 1.0"),
      (.dropout(rate: .nan), "rate is nan"),
      (maker.batchNormalization(4, epsilon: -1), "epsilon is -1.0"),
      (maker.batchNormalization(4, epsilon: .infinity), "epsilon is inf"),
    ]
    for (operation, reason) in cases {
      try expect(.invalidParameter, layer: "a", reason) { $0.append("a", operation) }
    }
  }

  /// Builds a graph with an input of 8×8×4 and expects an error.
  private func expect(
    _ kind: ModelError.Kind, layer: String?, _ reason: String,
    sourceLocation: SourceLocation = #_sourceLocation,
    build: (inout GraphBuilder) -> Void
  ) throws {
    var builder = GraphBuilder(input: Self.image, seed: 10)
    build(&builder)
    let error = try #require(throws: ModelError.self, sourceLocation: sourceLocation) {
      try builder.graph()
    }
    #expect(error.kind == kind, "\(error)", sourceLocation: sourceLocation)
    #expect(error.layer == layer, "\(error)", sourceLocation: sourceLocation)
    #expect(error.description.contains(reason), "\(error)", sourceLocation: sourceLocation)
  }
}
