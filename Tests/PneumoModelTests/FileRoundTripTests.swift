import PneumoFiles
import PneumoModel
import PneumoTestSupport
import Testing

@Suite struct FileRoundTripTests {

  static let models = [
    "tiny": SampleModel.tinyClassifier, "every operation": SampleModel.everyOperation,
  ]

  @Test(arguments: ["tiny", "every operation"], ScalarType.allCases)
  func bytesGiveTheModelBack(name: String, type: ScalarType) throws {
    let model = try #require(Self.models[name]).converting(weights: type)
    let read = try Model(bytes: model.encoded())
    #expect(read == model)
    #expect(read.encoded() == model.encoded())
  }
}
