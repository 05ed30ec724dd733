/// How pixels become the input of the graph, so that inference sees what training saw.
///
/// In this order: the stored orientation is applied if asked for, colors are converted to
/// `colorMode`, the image is resized to `size` with `filter`, and each channel value `x` of 0...255
/// becomes `(x * scale - mean) / standardDeviation` in `Float`.
public struct Preprocessing: Hashable, Sendable {
  /// The channels of a pixel, and their order.
  public enum ColorMode: UInt8, Hashable, Sendable, CaseIterable {
    /// One channel, `(R * 19595 + G * 38470 + B * 7471 + 0x8000) >> 16` as Pillow converts.
    case gray = 0
    case rgb = 1
    case bgr = 2

    /// Channels of a pixel.
    public var channels: Int { self == .gray ? 1 : 3 }
  }

  /// A filter of Pillow's `Image.resize`, with its semantics: all but nearest are antialiased and
  /// round to bytes. Or TensorFlow's, which is neither.
  public enum Filter: UInt8, Hashable, Sendable, CaseIterable {
    case nearest = 0
    case box = 1
    case bilinear = 2
    case hamming = 3
    case bicubic = 4
    case lanczos = 5
    /// `tf.image.resize(method="bilinear", antialias=False)` as in Keras'
    /// `image_dataset_from_directory`: pixel centers at halves, and results with fractions.
    case tensorFlowBilinear = 6
  }

  /// The order of the scalars of one image.
  public enum Layout: UInt8, Hashable, Sendable, CaseIterable {
    /// Rows of pixels of channels (NHWC): Keras, TensorFlow.
    case channelsLast = 0
    /// Channels of rows of pixels (NCHW): PyTorch, ONNX.
    case channelsFirst = 1
  }

  /// What colors are converted to.
  public var colorMode: ColorMode
  /// What the image is resized to.
  public var size: Extent
  /// How it is resized.
  public var filter: Filter
  /// One number per channel, as are `mean` and `standardDeviation`.
  public var scale: [Float]
  /// Subtracted after scaling.
  public var mean: [Float]
  /// Divided by at the end; not zero.
  public var standardDeviation: [Float]
  /// The order of the scalars of a tensor.
  public var layout: Layout
  /// Whether the EXIF orientation turns the image first. Keras' loader ignores it.
  public var appliesOrientation: Bool

  /// A record that a model checks.
  public init(
    colorMode: ColorMode, size: Extent, filter: Filter, scale: [Float], mean: [Float],
    standardDeviation: [Float], layout: Layout = .channelsLast, appliesOrientation: Bool = false
  ) {
    self.colorMode = colorMode
    self.size = size
    self.filter = filter
    self.scale = scale
    self.mean = mean
    self.standardDeviation = standardDeviation
    self.layout = layout
    self.appliesOrientation = appliesOrientation
  }

  /// What the study's `ImageDataGenerator(rescale=1./255)` with `flow_from_directory` does: RGB,
  /// nearest neighbor, and a multiplication by `Float(1.0 / 255)`, which is not a division by 255.
  public static func kerasStudy(size: Extent) -> Preprocessing {
    Preprocessing(
      colorMode: .rgb, size: size, filter: .nearest,
      scale: [Float](repeating: Float(1.0 / 255), count: 3),
      mean: [0, 0, 0], standardDeviation: [1, 1, 1])
  }

  /// The shape of one image's tensor in the graph, whatever `layout` is.
  public var shape: TensorShape {
    .image(height: size.height, width: size.width, channels: colorMode.channels)
  }

  func check() throws(ModelError) {
    for side in [size.height, size.width] where !(1...Limits.imageSide).contains(side) {
      throw ModelError(
        .invalidPreprocessing, "images of \(size), expected sides of 1 to \(Limits.imageSide)")
    }
    let channels = colorMode.channels
    for (name, values) in [
      ("scale", scale), ("mean", mean), ("standard deviation", standardDeviation),
    ] {
      guard values.count == channels, values.allSatisfy(\.isFinite) else {
        throw ModelError(
          .invalidPreprocessing,
          "the \(name) needs \(channels) finite numbers, one a channel, found \(values)")
      }
    }
    guard standardDeviation.allSatisfy({ $0 != 0 }) else {
      throw ModelError(.invalidPreprocessing, "a standard deviation of zero")
    }
    guard scale.allSatisfy({ $0 != 0 }) else {
      throw ModelError(
        .invalidPreprocessing, "a scale of zero makes all images the same; expected another number")
    }
    for channel in 0..<channels {
      // Linear in x, so that the ends say it all.
      let ends = [Float(0), 255].map {
        ($0 * scale[channel] - mean[channel]) / standardDeviation[channel]
      }
      guard ends.allSatisfy(\.isFinite), ends[0] != ends[1] else {
        throw ModelError(
          .invalidPreprocessing,
          "(x * \(scale[channel]) - \(mean[channel])) / \(standardDeviation[channel]) makes "
            + "\(ends[0]) of 0 and \(ends[1]) of 255, expected two finite, different numbers")
      }
    }
  }
}

extension Preprocessing.ColorMode: CustomStringConvertible {
  /// What tools print and accept.
  public var description: String {
    switch self {
    case .gray: "gray"
    case .rgb: "rgb"
    case .bgr: "bgr"
    }
  }
}

extension Preprocessing.Filter: CustomStringConvertible {
  /// What tools print and accept.
  public var description: String {
    switch self {
    case .nearest: "nearest"
    case .box: "box"
    case .bilinear: "bilinear"
    case .hamming: "hamming"
    case .bicubic: "bicubic"
    case .lanczos: "lanczos"
    case .tensorFlowBilinear: "tensorflow-bilinear"
    }
  }
}

extension Preprocessing.Layout: CustomStringConvertible {
  /// What tools print and accept.
  public var description: String {
    switch self {
    case .channelsLast: "channels-last"
    case .channelsFirst: "channels-first"
    }
  }
}
