// The section IMGS of Models/FORMAT.md.

extension TrainingImages {
  /// MurmurHash3_x64_128, the first eight bytes.
  private static let hashCode: UInt8 = 1

  func write(to writer: inout ByteWriter) {
    writer.u8(Self.hashCode)
    for list in [training, validation] {
      writer.u32(list.count)
      for hash in list { writer.integer(hash) }
    }
  }

  init(from reader: inout ByteReader) throws(ModelError) {
    let offset = reader.offset
    let code = try reader.integer(UInt8.self)
    guard code == Self.hashCode else {
      throw ModelError(.unknownValue, "the hash of images is \(code), expected 1", offset: offset)
    }
    let training = try Self.list(&reader, "training images")
    let validation = try Self.list(&reader, "validation images")
    self.init(training: training, validation: validation)
    guard !isEmpty, self.validation.count == validation.count else {
      throw ModelError(
        .invalidParameter,
        isEmpty
          ? "the section of image hashes is empty; leave it out"
          : "an image stands among those of training and of validation", offset: offset)
    }
  }

  private static func list(
    _ reader: inout ByteReader, _ name: String
  ) throws(ModelError) -> [UInt64] {
    var hashes: [UInt64] = []
    for _ in 0..<(try reader.count(of: name, limit: Limits.images, size: 8)) {
      let offset = reader.offset
      let hash = try reader.integer(UInt64.self)
      guard hashes.last.map({ $0 < hash }) ?? true else {
        throw ModelError(
          .invalidParameter, "the hashes of \(name) do not ascend", offset: offset)
      }
      hashes.append(hash)
    }
    return hashes
  }
}
