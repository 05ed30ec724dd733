import PneumoModel
import PneumoTestSupport
import Testing

/// Which images a model was made with, in the model and in its file.
@Suite struct TrainingImagesTests {
  private func sample(_ images: TrainingImages) -> Model {
    var model = SampleModel.tinyClassifier
    model.trainingImages = images
    return model
  }

  @Test func listsAreSortedAndApart() {
    let images = TrainingImages(training: [5, 3, 5, 9], validation: [8, 3, 1, 8])
    #expect(images.training == [3, 5, 9])
    #expect(images.validation == [1, 8])
    let other = TrainingImages(training: [1], validation: [2, 5])
    let joined = TrainingImages(joining: [images, other])
    #expect(joined.training == [1, 3, 5, 9])
    #expect(joined.validation == [2, 8])
    #expect(TrainingImages(joining: []).isEmpty)
  }

  @Test func filesKeepThem() throws {
    let images = TrainingImages(
      training: (1...1000).map { $0 &* 0x9E37_79B9_7F4A_7C15 }, validation: [0, .max])
    let model = sample(images)
    let bytes = model.encoded()
    #expect(try Model(bytes: bytes) == model)
    #expect(try Model(bytes: bytes).encoded() == bytes)
    #expect(try Model(bytes: bytes).converting(weights: .float16).trainingImages == images)
    // Eight bytes an image, beside the counts, the entry of the table and the padding.
    let without = SampleModel.tinyClassifier.encoded()
    #expect(bytes.count - without.count <= 8 * 1002 + 9 + 24 + 2 * 64)
    #expect(bytes[8] == 2)
  }

  /// Byte by byte as `Models/FORMAT.md` has it.
  @Test func theSectionIsWhatTheFormatSays() throws {
    let model = sample(TrainingImages(training: [0x0102_0304_0506_0708], validation: [3, 2]))
    let parts = try #require(ModelFileParts(of: model.encoded()))
    #expect(parts.sections.map(\.name) == ["GRPH", "META", "WGTS", "IMGS"])
    #expect(
      parts["IMGS"] == [1]
        + [1, 0, 0, 0] + [8, 7, 6, 5, 4, 3, 2, 1]
        + [2, 0, 0, 0] + [2, 0, 0, 0, 0, 0, 0, 0] + [3, 0, 0, 0, 0, 0, 0, 0])
  }

  /// A file without hashes is what it was before there were any.
  @Test func filesWithoutThemAreOfVersion1() throws {
    let bytes = SampleModel.tinyClassifier.encoded()
    #expect(bytes[8] == 1 && bytes[12] == 3)
    #expect(try Model(bytes: bytes).trainingImages.isEmpty)
    #expect(try bytes == Fixture.bytes("tiny-classifier.pnm"))
  }
}
