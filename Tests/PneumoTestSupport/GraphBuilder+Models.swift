import PneumoModel

extension GraphBuilder {
  /// The value of the last layer.
  public var last: Int { nodes.count }

  /// Appends a layer that is named by its number.
  @discardableResult
  public mutating func append(_ operation: Operation, inputs: [Int]? = nil) -> Int {
    append("layer\(last)", operation, inputs: inputs)
  }

  /// Preprocessing that fits the input, which must be an image of one or three channels.
  public var preprocessing: Preprocessing {
    guard case .image(let height, let width, let channels) = input else {
      preconditionFailure("preprocessing makes images")
    }
    return Preprocessing(
      colorMode: channels == 1 ? .gray : .rgb, size: Extent(height: height, width: width),
      filter: .nearest, scale: [Float](repeating: 1 / 255, count: channels),
      mean: [Float](repeating: 0, count: channels),
      standardDeviation: [Float](repeating: 1, count: channels))
  }

  /// A model of the graph with two labels.
  public func model() throws -> Model {
    try Model(
      graph: graph(), preprocessing: preprocessing, labels: ["NORMAL", "PNEUMONIA"])
  }

  /// A network like the study's for images of `size`, with fewer filters and seeded weights.
  public static func study(
    size: Int, filters: [Int] = [8, 16, 33, 32], seed: UInt64 = 1
  ) throws -> Model {
    var builder = GraphBuilder(input: .image(height: size, width: size, channels: 3), seed: seed)
    var channels = 3
    for count in filters {
      builder.append(builder.convolution(3, channels, count, activation: .relu))
      builder.append(.pooling(Pooling(.max, window: Extent(2), stride: Extent(2))))
      channels = count
    }
    builder.append(.dropout(rate: 0.5))
    builder.append(.flatten(.heightWidthChannels))
    let count = try builder.graph().outputShape.count
    builder.append(builder.dense(count, 50, activation: .relu))
    builder.append(builder.dense(50, 1, activation: .sigmoid))
    return try builder.model()
  }
}
