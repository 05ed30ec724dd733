import PneumoModel
import PneumoSupport

// Members: color_mode, size (rows, columns), filter, scale, mean, std (a number, or one a channel),
// exif_orientation. A file of settings may leave out any, and say `preset` and `layout`.

extension Preprocessing {
  /// Reads a complete record, as a checkpoint stores it.
  package init(json: JSON) throws(JSONError) {
    var reader = try JSONObjectReader(json, "preprocessing")
    for name in ["color_mode", "size", "filter", "scale", "mean", "std"] {
      _ = try reader.required(reader.value(name), name)
    }
    try self.init(
      json: json,
      defaults: Preprocessing(
        colorMode: .gray, size: Extent(0), filter: .nearest, scale: [1], mean: [0],
        standardDeviation: [1]), subject: "preprocessing")
  }

  /// Reads a record whose missing members are those of `defaults`, or of the preset that it names.
  ///
  /// - Parameter subject: what the object describes, for errors.
  package init(
    json: JSON, defaults: Preprocessing, subject: String? = nil
  ) throws(JSONError) {
    var reader = try JSONObjectReader(json, subject)
    let preset: Preset? = try reader.choice("preset")
    let base = preset.map { $0.preprocessing(size: defaults.size) } ?? defaults
    self = base
    colorMode = try reader.choice("color_mode") ?? base.colorMode
    filter = try reader.choice("filter") ?? base.filter
    let channels = colorMode.channels
    func spread(_ values: [Float]) -> [Float] {
      values.count == channels ? values : [Float](repeating: values[0], count: channels)
    }
    scale = spread(try reader.floats("scale", channels: channels) ?? base.scale)
    mean = spread(try reader.floats("mean", channels: channels) ?? base.mean)
    standardDeviation = spread(
      try reader.floats("std", channels: channels) ?? base.standardDeviation)
    if let sides = try reader.ints("size") {
      guard sides.count == 2 else {
        throw reader.failure("'size' needs rows and columns, found \(sides.count) numbers")
      }
      size = Extent(height: sides[0], width: sides[1])
    }
    if let layout: Layout = try reader.choice("layout"), layout != .channelsLast {
      throw reader.failure("the layout is \(layout), expected channels-last, as in Keras")
    }
    appliesOrientation = try reader.bool("exif_orientation") ?? base.appliesOrientation
    try reader.finish()
  }

  /// The members of an object that reads back as this record.
  package var jsonMembers: [JSON.Member] {
    [
      .init("color_mode", .string(colorMode.description)),
      .init("size", .array([.int(size.height), .int(size.width)])),
      .init("filter", .string(filter.description)),
      .init("scale", .array(scale.map { .float($0) })),
      .init("mean", .array(mean.map { .float($0) })),
      .init("std", .array(standardDeviation.map { .float($0) })),
      .init("exif_orientation", .bool(appliesOrientation)),
    ]
  }

  /// An object that reads back as this record.
  package var json: JSON { .object(jsonMembers) }
}

extension Preprocessing {
  /// What Keras models expect of their input, by name. The last three are the modes of
  /// `keras.applications.imagenet_utils.preprocess_input`; images are resized as `load_img` does.
  package enum Preset: String, CaseIterable, CustomStringConvertible {
    /// `ImageDataGenerator(rescale=1/255)`.
    case kerasStudy = "keras-study"
    /// From -1 to 1: MobileNet, Inception, Xception, NASNet, ResNetV2.
    case tf
    /// From 0 to 1, then by ImageNet's mean and standard deviation: DenseNet.
    case torch
    /// BGR minus ImageNet's mean, not scaled: ResNet, VGG.
    case caffe

    package var description: String { rawValue }

    /// The record for images of this size.
    package func preprocessing(size: Extent) -> Preprocessing {
      var result = Preprocessing.kerasStudy(size: size)
      switch self {
      case .kerasStudy: break
      case .tf:
        (result.scale, result.mean) = ([Float](repeating: 1 / 127.5, count: 3), [1, 1, 1])
      case .torch:
        result.mean = [0.485, 0.456, 0.406]
        result.standardDeviation = [0.229, 0.224, 0.225]
      case .caffe:
        result.colorMode = .bgr
        (result.scale, result.mean) = ([1, 1, 1], [103.939, 116.779, 123.68])
      }
      return result
    }
  }
}
