import PneumoModel

/// Small models with seeded weights, the same in every run.
public enum SampleModel {

  /// 16×16 gray images, two labels, one sigmoid output: convolution, pooling, flatten, dense.
  /// 341 parameters.
  public static let tinyClassifier: Model = {
    var builder = GraphBuilder(input: .image(height: 16, width: 16, channels: 1), seed: 1)
    builder.append("conv", builder.convolution(3, 1, 4, activation: .relu))
    builder.append("pool", .pooling(Pooling(.max, window: Extent(2), stride: Extent(2))))
    builder.append("conv2", builder.convolution(3, 4, 4, stride: Extent(2), activation: .relu))
    builder.append("flatten", .flatten(.heightWidthChannels))
    builder.append("dense", builder.dense(36, 4, activation: .relu))
    builder.append("dropout", .dropout(rate: 0.5))
    builder.append("output", builder.dense(4, 1, activation: .sigmoid))
    return try! Model(
      graph: builder.graph(),
      preprocessing: Preprocessing(
        colorMode: .gray, size: Extent(16), filter: .nearest, scale: [Float(1.0 / 255)], mean: [0],
        standardDeviation: [1]),
      labels: ["NORMAL", "PNEUMONIA"])
  }()

  /// Squeeze-and-excitation (Hu et al. 2018), which version 3 of the format has: an image times a
  /// vector, one pixel times an image, and the product of two images.
  public static let gatedClassifier: Model = {
    var builder = GraphBuilder(input: .image(height: 7, width: 6, channels: 1), seed: 3)
    let image = builder.append("conv", builder.convolution(3, 1, 5, activation: .relu))
    builder.append("squeeze", .globalPooling(.average))
    let gate = builder.append("gate", builder.dense(5, 5, activation: .sigmoid))
    let gated = builder.append("gated", .multiply, inputs: [image, gate])
    let mean = Pooling(
      .average, window: Extent(height: 5, width: 4), stride: Extent(1))
    let pixel = builder.append("pixel", .pooling(mean), inputs: [image])
    let other = builder.append("other", .multiply, inputs: [pixel, image])
    builder.append("product", .multiply, inputs: [gated, other])
    builder.append("mean", .globalPooling(.average))
    builder.append("output", builder.dense(5, 1, activation: .sigmoid))
    return try! builder.model()
  }()

  /// Hard-swish (Howard et al. 2019), which version 3 of the format has, alone and fused.
  public static let hardSwishClassifier: Model = {
    var builder = GraphBuilder(input: .image(height: 5, width: 4, channels: 1), seed: 4)
    let left = builder.append("left", builder.convolution(3, 1, 3, activation: .hardSwish))
    let right = builder.append("right", .activation(.hardSwish))
    builder.append("sum", .add, inputs: [left, right])
    builder.append("mean", .globalPooling(.average))
    builder.append("output", builder.dense(3, 1, activation: .sigmoid))
    return try! builder.model()
  }()

  /// Every operation, activation, padding and kind of weight of versions 1 and 2 of the format at
  /// least once, in a graph with branches over 13×11 RGB images and three labels; all fields of the metadata are filled.
  public static let everyOperation: Model = {
    var builder = GraphBuilder(input: .image(height: 13, width: 11, channels: 3), seed: 2)
    let same = builder.convolution(
      3, 3, 6, stride: Extent(2), padding: .same, bias: false, activation: nil)
    builder.append("conv/same", same)
    let root = builder.append("bn", builder.batchNormalization(6))
    let relu6 = builder.append("relu6", .activation(.relu6))
    builder.append(
      "depthwise", builder.convolution(3, 6, 6, padding: .same, groups: 6, activation: .swish))
    let left = builder.append("pointwise", builder.convolution(1, 6, 4, activation: .tanh))
    builder.append(
      "conv/dilated",
      builder.convolution(
        3, 6, 4,
        padding: .explicit(Insets(top: 3, bottom: 1, left: 2, right: 2)),
        dilation: Extent(2), groups: 2, activation: .relu), inputs: [relu6])
    let pool = Pooling(
      .average, window: Extent(2), stride: Extent(1),
      padding: .explicit(Insets(top: 1, bottom: 0, left: 1, right: 0)), countsPadding: true)
    let right = builder.append("avg", .pooling(pool))
    builder.append("add", .add, inputs: [left, right])
    builder.append(
      "max", .pooling(Pooling(.max, window: Extent(3), stride: Extent(2), padding: .same)))
    builder.append("pad", .zeroPadding(Insets(top: 0, bottom: 1, left: 2, right: 3)))
    let features = builder.append("sigmoid", .activation(.sigmoid))
    let gap = builder.append("gap", .globalPooling(.average), inputs: [features])
    let gmp = builder.append("gmp", .globalPooling(.max), inputs: [root])
    let flat = builder.append("flatten", .flatten(.heightWidthChannels), inputs: [features])
    let chw = builder.append("flatten-chw", .flatten(.channelsHeightWidth), inputs: [left])
    builder.append("concatenate", .concatenate, inputs: [gap, gmp, flat, chw])
    builder.append("dropout", .dropout(rate: 0.25))
    let width = try! builder.graph().outputShape.count
    builder.append("dense", builder.dense(width, 5, bias: false, activation: .tanh))
    builder.append("logits", builder.dense(5, 3, activation: nil))
    builder.append("softmax", .activation(.softmax))
    return try! Model(
      graph: builder.graph(),
      preprocessing: Preprocessing(
        colorMode: .bgr, size: Extent(height: 13, width: 11), filter: .lanczos,
        scale: [0.5, 0.25, 2], mean: [123.68, 116.779, 103.939], standardDeviation: [1, 2, 0.5],
        layout: .channelsFirst, appliesOrientation: true),
      labels: ["normal", "bactérienne", "病毒"], threshold: 0.375,
      card: ModelCard(
        name: "every operation", description: "For tests.\nTwo lines.", source: "SampleModels",
        data: "seeded noise",
        metrics: [
          ModelCard.Metric(name: "accuracy", value: 0.1),
          ModelCard.Metric(name: "loss", value: -2.5e300),
        ],
        license: "Apache-2.0", creator: "Pneumo", date: "2026-11-23", limitations: "no meaning"))
  }()
}
