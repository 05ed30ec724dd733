import PneumoModel
import PneumoTestSupport
import Testing

@Suite struct ShapeTests {

  /// Compares shapes with those computed by Keras: see `Tools/make-shape-goldens.py`.
  @Test func windowsAgreeWithKeras() throws {
    let text = String(decoding: try Fixture.bytes("shapes.csv"), as: UTF8.self)
    let rows = text.split(separator: "\n").dropFirst()
    #expect(rows.count == 496)
    for row in rows {
      let fields = row.split(separator: ",", omittingEmptySubsequences: false)
      let number = fields.map { Int($0) ?? 0 }
      let size = Extent(height: number[1], width: number[2])
      let window = Extent(height: number[3], width: number[4])
      let stride = Extent(height: number[5], width: number[6])
      let dilation = Extent(height: number[7], width: number[8])
      let padding: Padding = fields[9] == "same" ? .same : .valid
      let pooling = Pooling(
        fields[0] == "max" ? .max : .average, window: window, stride: stride, padding: padding)
      let shape = [window.height, window.width, 1, 1]
      let convolution = Convolution(
        kernel: WeightTensor(
          shape: shape, values: Array(repeating: 1, count: window.height * window.width)),
        stride: stride, padding: padding, dilation: dilation)
      let isConvolution = fields[0] == "convolution"
      let output = try Self.output(
        of: isConvolution ? .convolution(convolution) : .pooling(pooling),
        .image(height: size.height, width: size.width, channels: 1))
      #expect(
        output == .image(height: number[10], width: number[11], channels: 1), "\(row)")
      guard isConvolution else { continue }

      let insets = padding.insets(of: size, window: window, stride: stride, dilation: dilation)
      /// The number of elements of window `index`, along one axis, that lie inside the image.
      func taps(_ index: Int, _ side: KeyPath<Extent, Int>, inset: Int) -> Int {
        (0..<window[keyPath: side]).count {
          let position = index * stride[keyPath: side] + $0 * dilation[keyPath: side] - inset
          return (0..<size[keyPath: side]).contains(position)
        }
      }
      let first = taps(0, \.height, inset: insets.top) * taps(0, \.width, inset: insets.left)
      let last =
        taps(number[10] - 1, \.height, inset: insets.top)
        * taps(number[11] - 1, \.width, inset: insets.left)
      #expect(first == number[12], "\(row)")
      #expect(last == number[13], "\(row)")
    }
  }

  @Test func explicitPaddingMatchesZeroPadding() throws {
    var builder = GraphBuilder(input: .image(height: 9, width: 8, channels: 3), seed: 5)
    let insets = Insets(top: 1, bottom: 2, left: 0, right: 3)
    let padded = builder.convolution(3, 3, 2, stride: Extent(2), padding: .explicit(insets))
    // (9 + 3 - 3) / 2 + 1 rows, (8 + 3 - 3) / 2 + 1 columns.
    #expect(
      try Self.output(of: padded, .image(height: 9, width: 8, channels: 3))
        == .image(height: 5, width: 5, channels: 2))
    #expect(
      try Self.output(of: .zeroPadding(insets), .image(height: 9, width: 8, channels: 3))
        == .image(height: 12, width: 11, channels: 3))
  }

  @Test func remainingOperations() throws {
    var builder = GraphBuilder(input: .vector(1), seed: 6)
    let image = TensorShape.image(height: 5, width: 4, channels: 6)
    let vector = TensorShape.vector(6)
    for kind in PoolingKind.allCases {
      #expect(try Self.output(of: .globalPooling(kind), image) == .vector(6))
    }
    for order in FlattenOrder.allCases {
      #expect(try Self.output(of: .flatten(order), image) == .vector(120))
    }
    for shape in [image, vector] {
      #expect(try Self.output(of: builder.batchNormalization(6), shape) == shape)
      #expect(try Self.output(of: .dropout(rate: 0.9), shape) == shape)
      #expect(try Self.output(of: .activation(.softmax), shape) == shape)
      #expect(try Self.output(of: .add, shape, shape, shape) == shape)
    }
    for (shape, factors) in [(image, image), (vector, vector)] {
      #expect(try Self.output(of: .multiply, shape, factors) == shape)
    }
    let pixel = TensorShape.image(height: 1, width: 1, channels: 6)
    for (first, second) in [(image, pixel), (pixel, image), (image, vector), (vector, image)] {
      #expect(try Operation.multiply.outputShape(of: [first, second]) == image)
    }
    #expect(try Self.output(of: builder.dense(6, 9), vector) == .vector(9))
    #expect(try Self.output(of: .concatenate, vector, .vector(2)) == .vector(8))
    #expect(
      try Self.output(of: .concatenate, image, .image(height: 5, width: 4, channels: 1))
        == .image(height: 5, width: 4, channels: 7))
    // A grouped convolution whose kernel sees a third of the channels, then a depthwise one with a
    // multiplier of two.
    #expect(
      try Self.output(of: builder.convolution(3, 6, 9, groups: 3), image)
        == .image(height: 3, width: 2, channels: 9))
    #expect(
      try Self.output(of: builder.convolution(3, 6, 12, groups: 6), image)
        == .image(height: 3, width: 2, channels: 12))
  }

  /// The output shape of `operation` for `inputs`. The first is the graph's input; the others are
  /// computed from it by additional layers.
  private static func output(
    of operation: PneumoModel.Operation, _ inputs: TensorShape...
  ) throws -> TensorShape {
    var builder = GraphBuilder(input: inputs[0], seed: 7)
    var values = [0]
    for (index, shape) in inputs.enumerated().dropFirst() {
      switch (inputs[0], shape) {
      case (.image(_, _, let channels), .image(_, _, let outputs)):
        let layer = builder.convolution(1, channels, outputs)
        values.append(builder.append("input\(index)", layer, inputs: [0]))
      default:
        let layer = builder.dense(inputs[0].count, shape.count)
        values.append(builder.append("input\(index)", layer, inputs: [0]))
      }
    }
    builder.append("layer", operation, inputs: values)
    return try builder.graph().outputShape
  }
}
