import PneumoImport
import PneumoModel
import PneumoTestSupport
import Testing

/// The study's third network in the three formats that Keras has written it in.
@Suite(.enabled(if: SharedFolder.has("golden/study3.h5"), "needs ../shared"))
struct SharedGoldenTests {
  private func read(_ name: String, _ network: Network? = nil) throws -> Graph {
    try ImportedModel(contentsOf: SharedFolder.path("golden/\(name)"), network: network).graph
  }

  @Test func threeFormatsGiveTheSameGraph() throws {
    let study = try #require(Network.named("study150"))
    let model = try read("study3.h5")
    #expect(model.parameterCount == 3_485_505)
    #expect(model.nodes.count == 15)
    #expect(model.inputShape == .image(height: 150, width: 150, channels: 3))
    #expect(model.outputShape == .vector(1))
    #expect(try read("study3.weights.h5", study) == model)
    #expect(try read("study3_keras2_weights.h5", study) == model)
  }

  @Test(arguments: ["study3.weights.h5", "study3_keras2_weights.h5"])
  func weightsOfAnotherSizeAreRefused(_ name: String) throws {
    let study = try #require(Network.named("study224"))
    let error = #expect(throws: ImportError.self) { try read(name, study) }
    #expect(error?.kind == .wrongShape)
    let text = "\(try #require(error))"
    #expect(text.contains("(18432, 512), found (6272, 512)"))
  }
}
