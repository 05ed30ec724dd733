// The section 'META'. Writing and reading of each record stand side by side;
// `Models/FORMAT.md` has the tables.

/// All of a model but its graph.
struct Metadata {
  var preprocessing: Preprocessing
  var labels: [String]
  var threshold: Float
  var card: ModelCard

  func encoded() -> [UInt8] {
    var writer = ByteWriter()
    preprocessing.write(to: &writer)
    writer.write(labels.count)
    for label in labels { writer.write(label) }
    writer.write(threshold)
    card.write(to: &writer)
    return writer.bytes
  }

  init(
    preprocessing: Preprocessing, labels: [String], threshold: Float, card: ModelCard
  ) {
    self.preprocessing = preprocessing
    self.labels = labels
    self.threshold = threshold
    self.card = card
  }

  init(reading reader: inout ByteReader) throws(ModelError) {
    preprocessing = try Preprocessing(reading: &reader)
    let count = try reader.readCount("labels", limit: Limits.labels, minimumSize: 4)
    labels = []
    for _ in 0..<count { labels.append(try reader.readText()) }
    threshold = try reader.readFloat()
    card = try ModelCard(reading: &reader)
    try reader.finish()
  }
}

extension Preprocessing {
  fileprivate func write(to writer: inout ByteWriter) {
    writer.write(Int(colorMode.rawValue))
    writer.write(size.height)
    writer.write(size.width)
    writer.write(Int(filter.rawValue))
    writer.write(Int(layout.rawValue))
    writer.write(appliesOrientation)
    for value in scale + mean + standardDeviation { writer.write(value) }
  }

  fileprivate init(reading reader: inout ByteReader) throws(ModelError) {
    let colorMode = try reader.readCode("colour mode", as: ColorMode.self)
    let size = Extent(height: try reader.readInt(), width: try reader.readInt())
    let filter = try reader.readCode("filter", as: Filter.self)
    let layout = try reader.readCode("layout", as: Layout.self)
    let appliesOrientation = try reader.readBool("'applies orientation'")
    var numbers: [[Float]] = [[], [], []]
    for kind in numbers.indices {
      for _ in 0..<colorMode.channels { numbers[kind].append(try reader.readFloat()) }
    }
    self.init(
      colorMode: colorMode, size: size, filter: filter, scale: numbers[0], mean: numbers[1],
      standardDeviation: numbers[2], layout: layout, appliesOrientation: appliesOrientation)
  }
}

extension ModelCard {
  /// The texts in the order of the file.
  private static var texts: [WritableKeyPath<ModelCard, String>] {
    [\.name, \.description, \.source, \.data, \.licence, \.creator, \.date, \.limitations]
  }

  fileprivate func write(to writer: inout ByteWriter) {
    for text in Self.texts { writer.write(self[keyPath: text]) }
    writer.write(metrics.count)
    for metric in metrics {
      writer.write(metric.name)
      writer.write(metric.value)
    }
  }

  fileprivate init(reading reader: inout ByteReader) throws(ModelError) {
    self.init()
    for text in Self.texts { self[keyPath: text] = try reader.readText() }
    let count = try reader.readCount("metrics", limit: Limits.metrics, minimumSize: 12)
    for _ in 0..<count {
      metrics.append(Metric(name: try reader.readText(), value: try reader.readDouble()))
    }
  }
}
