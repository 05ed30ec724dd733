import PneumoSystem

extension Model {
  /// The model as the bytes of a `.pnm` file; the same bytes for the same model everywhere.
  public func encoded() -> [UInt8] {
    var fields = FieldWriter()
    graph.write(to: &fields)
    var metadata = ByteWriter()
    Metadata(preprocessing: preprocessing, labels: labels, threshold: threshold, card: card)
      .write(to: &metadata)
    var images: ByteWriter?
    if !trainingImages.isEmpty {
      var writer = ByteWriter()
      trainingImages.write(to: &writer)
      images = writer
    }
    return FileHeader.file(
      version: max(fields.version, images == nil ? 1 : FileFormat.imagesVersion),
      graph: fields.bytes.bytes, metadata: metadata.bytes, weights: fields.weights.encoded(),
      images: images?.bytes)
  }

  /// Writes a `.pnm` file that appears whole or not at all.
  public func write(to path: String) throws(ModelError) {
    do {
      try writeAtomically(encoded(), to: path)
    } catch {
      throw ModelError(error)
    }
  }

  /// Reads the `.pnm` file at `path`. The weights stay in the file, which is mapped.
  public init(contentsOf path: String) throws(ModelError) {
    let bytes: SharedBytes
    do {
      bytes = try SharedBytes.mapping(path, limit: Limits.fileSize)
    } catch {
      throw ModelError(error)
    }
    try self.init(bytes, name: path)
  }

  /// Reads the bytes of a `.pnm` file, which errors call `name`.
  public init(bytes: [UInt8], name: String = "model in memory") throws(ModelError) {
    guard bytes.count <= Limits.fileSize else {
      throw ModelError(
        .limitExceeded, "\(bytes.count) bytes; at most \(Limits.fileSize) are accepted", file: name)
    }
    try self.init(SharedBytes(copying: bytes), name: name)
  }

  private init(_ bytes: SharedBytes, name: String) throws(ModelError) {
    do throws(ModelError) {
      let header = try FileHeader(of: bytes)
      var fields = FieldReader(
        ByteReader(bytes, header.graph, name: "the graph section"),
        WeightReader(bytes, header.weights))
      let graph = try Graph(from: &fields)
      try fields.bytes.finish()
      try fields.weights.finish()
      var reader = ByteReader(bytes, header.metadata, name: "the metadata section")
      let metadata = try Metadata(from: &reader)
      try reader.finish()
      try self.init(
        graph: graph, preprocessing: metadata.preprocessing, labels: metadata.labels,
        threshold: metadata.threshold, card: metadata.card)
      if let range = header.images {
        reader = ByteReader(bytes, range, name: "the section of image hashes")
        trainingImages = try TrainingImages(from: &reader)
        try reader.finish()
      }
      let version = max(fields.version, header.images == nil ? 1 : FileFormat.imagesVersion)
      guard header.version == version else {
        throw ModelError(
          .unsupportedVersion,
          "format version \(header.version), but a file of this content has version \(version); "
            + "make it again with pneumo-convert", offset: FileFormat.magic.count)
      }
    } catch {
      throw error.naming(file: name)
    }
  }
}
