/// All of a ``Model`` but its graph.
struct Metadata {
  var preprocessing: Preprocessing
  var labels: [String]
  var threshold: Float
  var card: ModelCard
}

extension Metadata {
  func write(to writer: inout ByteWriter) {
    preprocessing.write(to: &writer)
    writer.u32(labels.count)
    for label in labels { writer.text(label) }
    writer.f32(threshold)
    card.write(to: &writer)
  }

  init(from reader: inout ByteReader) throws(ModelError) {
    preprocessing = try Preprocessing(from: &reader)
    labels = []
    for _ in 0..<(try reader.count(of: "labels", limit: Limits.labels, size: 4)) {
      labels.append(try reader.text(limit: Limits.name))
    }
    threshold = try reader.f32()
    card = try ModelCard(from: &reader)
  }
}

extension Preprocessing {
  fileprivate func write(to writer: inout ByteWriter) {
    writer.u8(colorMode.rawValue)
    writer.u8(filter.rawValue)
    writer.u8(layout.rawValue)
    writer.flag(appliesOrientation)
    size.write(to: &writer)
    for values in [scale, mean, standardDeviation] {
      for value in values { writer.f32(value) }
    }
  }

  fileprivate init(from reader: inout ByteReader) throws(ModelError) {
    let colorMode: ColorMode = try reader.code("color mode")
    let filter: Filter = try reader.code("filter")
    let layout: Layout = try reader.code("layout")
    let appliesOrientation = try reader.flag("whether the orientation is applied")
    let size = try Extent(from: &reader)
    self.init(
      colorMode: colorMode, size: size, filter: filter,
      scale: try reader.floats(colorMode.channels), mean: try reader.floats(colorMode.channels),
      standardDeviation: try reader.floats(colorMode.channels), layout: layout,
      appliesOrientation: appliesOrientation)
  }
}

extension ByteReader {
  fileprivate mutating func floats(_ count: Int) throws(ModelError) -> [Float] {
    var values: [Float] = []
    for _ in 0..<count { values.append(try f32()) }
    return values
  }
}

extension ModelCard {
  /// The texts in the order of the file; `metrics` follow them.
  private static let texts: [WritableKeyPath<ModelCard, String> & Sendable] = [
    \.name, \.description, \.source, \.data, \.license, \.creator, \.date, \.limitations,
  ]

  fileprivate func write(to writer: inout ByteWriter) {
    for text in Self.texts { writer.text(self[keyPath: text]) }
    writer.u32(metrics.count)
    for metric in metrics {
      writer.text(metric.name)
      writer.f64(metric.value)
    }
  }

  fileprivate init(from reader: inout ByteReader) throws(ModelError) {
    self.init()
    for text in Self.texts { self[keyPath: text] = try reader.text(limit: Limits.text) }
    for _ in 0..<(try reader.count(of: "metrics", limit: Limits.metrics, size: 12)) {
      metrics.append(
        Metric(name: try reader.text(limit: Limits.name), value: try reader.f64()))
    }
  }
}
