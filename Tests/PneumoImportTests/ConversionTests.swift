import PneumoModel
import PneumoTestSupport
import Testing

@testable import PneumoImport

/// From an imported network and settings to a model.
@Suite struct ConversionTests {
  private func imported(_ name: String) throws -> ImportedModel {
    try ImportedModel(contentsOf: Fixture.path("\(name).h5"))
  }

  private func refusal(_ conversion: Conversion, _ name: String) throws -> ImportError {
    let imported = try imported(name)
    return try #require(#expect(throws: ImportError.self) { try conversion.model(of: imported) })
  }

  @Test func defaultsAreThoseOfTheStudy() throws {
    let model = try Conversion(labels: ["a", "b", "c"]).model(of: imported("keras3-residual")).model
    #expect(model.preprocessing == .kerasStudy(size: Extent(height: 12, width: 11)))
    #expect(model.threshold == 0.5)
    #expect(model.card.source.hasPrefix("Keras 3."))
    let gray = try Conversion(labels: ["a", "b"]).model(of: imported("keras3-chain")).model
    #expect(gray.preprocessing.colorMode == .gray)
    #expect(gray.preprocessing.scale == [Float(1.0 / 255)])
  }

  @Test func labelsAreNeededUnlessTheNetworkIsTheStudys() throws {
    let error = try refusal(Conversion(), "keras3-chain")
    #expect(error.kind == .missingSetting)
    #expect(error.reason.contains("--labels"))
    #expect(try refusal(Conversion(labels: ["a"]), "keras3-chain").reason.contains("2 labels"))
  }

  @Test func coloursMustFitTheNetwork() throws {
    var settings = PreprocessingSettings()
    settings.colorMode = .bgr
    let error = try refusal(
      Conversion(preprocessing: settings, labels: ["a", "b"]), "keras3-chain")
    #expect(error.reason.contains("takes 1 channel, bgr images have 3"))
  }

  @Test func kernelsAreStoredInHalfPrecisionIfAskedFor() throws {
    let model = try Conversion(labels: ["a", "b"], precision: .float16)
      .model(of: imported("keras2-chain")).model
    #expect(model.graph.nodes[0].operation.weights[0].tensor.scalarType == .float16)
  }

  @Test func logitsGetAnActivationOnce() throws {
    var builder = GraphBuilder(input: .image(height: 2, width: 2, channels: 3), seed: 1)
    builder.append("pool", .globalPooling(.average))
    builder.append("dense", builder.dense(3, 2))
    let logits = ImportedModel(graph: try builder.graph())
    #expect(throws: ImportError.self) { try Conversion(labels: ["a", "b"]).model(of: logits) }
    let model = try Conversion(labels: ["a", "b"], activation: .softmax).model(of: logits).model
    #expect(model.outputActivation == .softmax)
    #expect(model.graph.nodes.count == 2)

    let error = try refusal(
      Conversion(labels: ["a", "b"], activation: .softmax), "keras3-chain")
    #expect(error.reason.contains("ends with sigmoid, not in logits"))
  }

  @Test func aRescalingOfPixelsStaysWhatKerasComputes() throws {
    let rescaling = Rescaling(scale: [1 / 127.5], offset: [-1])
    let settings = PreprocessingSettings(isScaled: false)
    let result = try rescaling.following(settings.preprocessing(size: Extent(1)))
    #expect(result.scale == [Float](repeating: 1 / 127.5, count: 3))
    #expect(result.mean == [1, 1, 1])
    let unshifted = try Rescaling(scale: [2], offset: [0])
      .following(settings.preprocessing(size: Extent(1)))
    #expect(unshifted.mean.allSatisfy { $0.sign == .plus })
    #expect(result.standardDeviation == [1, 1, 1])
  }

  @Test func aFileOfSettingsDoesNotScaleTwice() throws {
    var builder = GraphBuilder(input: .image(height: 2, width: 2, channels: 3), seed: 1)
    builder.append("pool", .globalPooling(.average))
    builder.append("dense", builder.dense(3, 1))
    builder.append("sigmoid", .activation(.sigmoid))
    let imported = ImportedModel(
      graph: try builder.graph(), rescaling: Rescaling(scale: [1 / 255], offset: [0]))
    let settings = try Fixture.withFile(#"{"filter": "bilinear"}"#.utf8) {
      try PreprocessingSettings(contentsOf: $0, defaults: .study(for: imported))
    }
    let model = try Conversion(preprocessing: settings, labels: ["a", "b"]).model(of: imported)
      .model
    let expected = Preprocessing(
      colorMode: .rgb, size: Extent(2), filter: .bilinear, scale: [1 / 255, 1 / 255, 1 / 255],
      mean: [0, 0, 0], standardDeviation: [1, 1, 1], appliesOrientation: false)
    #expect(model.preprocessing == expected)
  }

  @Test func aRescalingFollowsWhatIsDoneToPixels() throws {
    var settings = PreprocessingSettings()
    (settings.scale, settings.mean, settings.standardDeviation) = ([0.5], [3], [4])
    let before = settings.preprocessing(size: Extent(1))
    let rescaling = Rescaling(scale: [2, 4, -1], offset: [0, 1, 5])
    let after = try rescaling.following(before)
    for channel in 0..<3 {
      for x: Float in [0, 17, 255] {
        let preprocessed: Float = (x * 0.5 - 3) / 4
        let expected = preprocessed * rescaling.scale[channel] + rescaling.offset[channel]
        let scaled = x * after.scale[channel] - after.mean[channel]
        let found = scaled / after.standardDeviation[channel]
        #expect(largestError([found], [Double(expected)]) <= 1e-5)
      }
    }
    #expect(throws: ImportError.self) {
      try Rescaling(scale: [0], offset: [0]).following(before)
    }
  }
}

/// The JSON files of settings.
@Suite struct SettingsTests {
  @Test func preprocessing() throws {
    let json = """
      {"color_mode": "bgr", "filter": "bilinear", "scale": 1, "mean": [103.9, 116.8, 123.7],
       "std": 2, "exif_orientation": true, "layout": "channels-last"}
      """
    let settings = try Fixture.withFile(json.utf8) { try PreprocessingSettings(contentsOf: $0) }
    let result = settings.preprocessing(size: Extent(3))
    let expected = Preprocessing(
      colorMode: .bgr, size: Extent(3), filter: .bilinear, scale: [1, 1, 1],
      mean: [103.9, 116.8, 123.7], standardDeviation: [2, 2, 2], appliesOrientation: true)
    #expect(result == expected)
    let empty = try Fixture.withFile("{}".utf8) { try PreprocessingSettings(contentsOf: $0) }
    #expect(empty == PreprocessingSettings())
  }

  @Test func card() throws {
    let json = #"{"name": "n", "licence": "MIT", "metrics": {"b": 2, "a": 0.5}}"#
    let card = try Fixture.withFile(json.utf8) { try ModelCard(contentsOf: $0) }
    let metrics = [
      ModelCard.Metric(name: "b", value: 2), ModelCard.Metric(name: "a", value: 0.5),
    ]
    #expect(card == ModelCard(name: "n", metrics: metrics, licence: "MIT"))
  }

  @Test(arguments: [
    (#"{"filter": "cubic"}"#, "expected one of nearest, box"),
    (#"{"mean": [1, 2]}"#, "'mean' should be a number or a list of 3"),
    (#"{"std": "1"}"#, "found a string"),
    (#"{"layout": "channels-first"}"#, "expected channels-last"),
    (#"{"zoom": 1, "colour": 2}"#, "unknown: colour, zoom; known are color_mode"),
    ("[1]", "expected a JSON object, found an array"),
    ("{", "not valid JSON"),
  ])
  func whatIsNotUnderstoodIsAnError(_ json: String, reason: String) throws {
    try Fixture.withFile(json.utf8) { path in
      let error = try #require(
        #expect(throws: ImportError.self) { try PreprocessingSettings(contentsOf: path) })
      #expect(error.description.hasPrefix("\(path): "))
      #expect(error.reason.contains(reason), "\(error)")
    }
  }
}
