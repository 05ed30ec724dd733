import PneumoCheckpoint
import PneumoModel
import PneumoSupport
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

  @Test func settingsMayBeTheTextItself() throws {
    let text = #" {"filter": "tensorflow-bilinear", "scale": 2}"#
    let model = try Conversion(preprocessing: text, labels: ["a", "b"])
      .model(of: imported("keras2-chain")).model
    #expect(model.preprocessing.filter == .tensorFlowBilinear)
    #expect(model.preprocessing.scale == [2])
    #expect(try ModelCard(contentsOf: #"{"name": "x"}"#).name == "x")
    let zero = try refusal(
      Conversion(preprocessing: #"{"scale": 0}"#, labels: ["a", "b"]), "keras2-chain")
    #expect(zero.reason.contains("'scale' is 0"))
    let broken = try refusal(
      Conversion(preprocessing: #"{"scale": 1"#, labels: ["a", "b"]), "keras2-chain")
    #expect(broken.kind != .unreadable)
  }

  @Test func colorsMustFitTheNetwork() throws {
    let error = try refusal(
      Conversion(preprocessing: "caffe", labels: ["a", "b"]), "keras3-chain")
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
    let missing = try #require(
      #expect(throws: ImportError.self) { try Conversion(labels: ["a", "b"]).model(of: logits) })
    #expect(missing.kind == .missingSetting)
    #expect(missing.reason.contains("'dense', which has no activation"))
    #expect(missing.reason.contains("add --activation softmax"))
    // Two labels each by itself, of which the more probable one is not the class.
    let sigmoids = try #require(
      #expect(throws: ImportError.self) {
        try Conversion(labels: ["a", "b"], activation: .sigmoid).model(of: logits)
      })
    #expect(sigmoids.reason.contains("2 sigmoids"))
    #expect(sigmoids.reason.contains("train it with softmax"))
    let model = try Conversion(labels: ["a", "b"], activation: .softmax).model(of: logits).model
    #expect(model.outputActivation == .softmax)
    #expect(model.graph.nodes.count == 2)

    let error = try refusal(
      Conversion(labels: ["a", "b"], activation: .softmax), "keras3-chain")
    #expect(error.reason.contains("ends with sigmoid, not in logits"))
  }

  @Test func aRescalingOfPixelsStaysWhatKerasComputes() throws {
    let rescaling = Rescaling(scale: [1 / 127.5], offset: [-1])
    var raw = Preprocessing.kerasStudy(size: Extent(1))
    raw.scale = [1, 1, 1]
    let result = try rescaling.following(raw)
    #expect(result.scale == [Float](repeating: 1 / 127.5, count: 3))
    #expect(result.mean == [1, 1, 1])
    let unshifted = try Rescaling(scale: [2], offset: [0]).following(raw)
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
    let model = try Fixture.withFile(#"{"filter": "bilinear"}"#.utf8) {
      try Conversion(preprocessing: $0, labels: ["a", "b"]).model(of: imported).model
    }
    let expected = Preprocessing(
      colorMode: .rgb, size: Extent(2), filter: .bilinear, scale: [1 / 255, 1 / 255, 1 / 255],
      mean: [0, 0, 0], standardDeviation: [1, 1, 1], appliesOrientation: false)
    #expect(model.preprocessing == expected)
  }

  @Test func aRescalingFollowsWhatIsDoneToPixels() throws {
    let before = Preprocessing(
      colorMode: .rgb, size: Extent(1), filter: .nearest, scale: [0.5, 0.5, 0.5],
      mean: [3, 3, 3], standardDeviation: [4, 4, 4])
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
  /// A network of images of 3×3 with three channels, which rescales by itself or not.
  private func network(rescales: Bool = false, outputs: Int = 1) throws -> ImportedModel {
    var builder = GraphBuilder(input: .image(height: 3, width: 3, channels: 3), seed: 1)
    builder.append("pool", .globalPooling(.average))
    builder.append(
      "dense", builder.dense(3, outputs, activation: outputs == 1 ? .sigmoid : .softmax))
    return ImportedModel(
      graph: try builder.graph(),
      rescaling: rescales ? Rescaling(scale: [1 / 255], offset: [0]) : nil)
  }

  private func preprocessing(_ json: String) throws -> Preprocessing {
    var members: [String] = []
    return try Fixture.withFile(json.utf8) {
      try Preprocessing(named: $0, for: network(), members: &members)
    }
  }

  @Test func preprocessing() throws {
    let json = """
      {"color_mode": "bgr", "filter": "bilinear", "scale": 1, "mean": [103.9, 116.8, 123.7],
       "std": 2, "exif_orientation": true, "layout": "channels-last"}
      """
    let expected = Preprocessing(
      colorMode: .bgr, size: Extent(3), filter: .bilinear, scale: [1, 1, 1],
      mean: [103.9, 116.8, 123.7], standardDeviation: [2, 2, 2], appliesOrientation: true)
    #expect(try preprocessing(json) == expected)
    #expect(try preprocessing("{}") == .kerasStudy(size: Extent(3)))
    #expect(try preprocessing(#"{"filter": "tensorflow-bilinear"}"#).filter == .tensorFlowBilinear)
  }

  /// The modes of `keras.applications.imagenet_utils.preprocess_input`, which keras 3.15.1 computed
  /// of one pixel (red 10, green 100, blue 250).
  @Test(
    arguments: [
      ("tf", [-0.9215686, -0.2156863, 0.9607843]), ("torch", [-1.9466565, -0.2850139, 2.5528543]),
      ("caffe", [146.061, -16.779, -113.68]), ("keras-study", [0.0392157, 0.3921569, 0.9803922]),
    ] as [(String, [Double])])
  func presets(_ name: String, expected: [Double]) throws {
    for name in [name, nil] {
      let conversion =
        try name.map { name in
          try Conversion(preprocessing: name, labels: ["a", "b"]).model(of: network())
        }
        ?? Fixture.withFile(#"{"preset": "\#(presetName(expected))"}"#.utf8) {
          try Conversion(preprocessing: $0, labels: ["a", "b"]).model(of: network())
        }
      let preprocessing = conversion.model.preprocessing
      let pixel: [Float] = preprocessing.colorMode == .bgr ? [250, 100, 10] : [10, 100, 250]
      let found = (0..<3).map { channel in
        (pixel[channel] * preprocessing.scale[channel] - preprocessing.mean[channel])
          / preprocessing.standardDeviation[channel]
      }
      #expect(largestError(found, expected) <= 1e-6)
      #expect(conversion.notes.isEmpty)
    }
  }

  private func presetName(_ expected: [Double]) -> String {
    switch expected[0] {
    case ..<(-1): "torch"
    case ..<0: "tf"
    case ..<1: "keras-study"
    default: "caffe"
    }
  }

  @Test func guessesAreTold() throws {
    let guess = try Conversion(labels: ["a", "b"]).model(of: network())
    #expect(guess.notes.count == 1)
    #expect(guess.notes[0].contains("no Rescaling, so pixels are multiplied by 1/255"))
    #expect(guess.notes[0].contains("tensorflow-bilinear"))
    let own = try Conversion(labels: ["a", "b"]).model(of: network(rescales: true))
    #expect(own.notes[0].contains("the network's own Rescaling"))
    for (json, notes) in [
      (#"{"mean": [0.485, 0.456, 0.406]}"#, 1), (#"{"mean": 0.5, "scale": 0.00392}"#, 0),
      (#"{"std": 0.2}"#, 1), (#"{"filter": "box"}"#, 0),
    ] {
      let result = try Fixture.withFile(json.utf8) {
        try Conversion(preprocessing: $0, labels: ["a", "b"]).model(of: network(rescales: true))
      }
      #expect(result.notes.count == notes, "\(json)")
    }
    let twice = try Conversion(preprocessing: "tf", labels: ["a", "b"])
      .model(of: network(rescales: true))
    #expect(twice.notes.first?.contains("did training do both?") == true)
  }

  @Test func aThresholdIsForTwoClasses() throws {
    let error = try #require(
      #expect(throws: ImportError.self) {
        try Conversion(labels: ["a", "b", "c"], threshold: 0.9).model(of: network(outputs: 3))
      })
    #expect(error.reason.contains("--threshold is for two classes, the model has 3"))
    let two = try Conversion(labels: ["a", "b"], threshold: 0.9).model(of: network(outputs: 2))
    #expect(two.model.threshold == 0.9)
  }

  @Test func card() throws {
    let json = #"{"name": "n", "license": "MIT", "metrics": {"b": 2, "a": 0.5}}"#
    let metrics = [
      ModelCard.Metric(name: "b", value: 2), ModelCard.Metric(name: "a", value: 0.5),
    ]
    let expected = ModelCard(name: "n", metrics: metrics, license: "MIT")
    #expect(try Fixture.withFile(json.utf8) { try ModelCard(contentsOf: $0) } == expected)
    #expect(try ModelCard(json: expected.json) == expected)
    // As checkpoints before version 0.1 have it.
    let earlier =
      #"{"name": "n", "licence": "MIT","#
      + #" "metrics": [{"name": "b", "value": 2}, {"name": "a", "value": 0.5}]}"#
    #expect(try ModelCard(json: JSON(parsing: Array(earlier.utf8))) == expected)
  }

  @Test(arguments: [
    (#"{"filter": "cubic"}"#, "expected one of nearest, box"),
    (#"{"preset": "keras"}"#, "expected one of keras-study, tf"),
    (#"{"mean": [1, 2]}"#, "'mean' should be a number or an array of 3"),
    (#"{"std": "1"}"#, "found a string"),
    (#"{"scale": 0}"#, "'scale' is 0, which makes all images the same"),
    (#"{"scale": [1, 0, 1]}"#, "'scale' is 0"),
    (#"{"scale": 1e40}"#, "'scale' should be a number"),
    (#"{"std": 0}"#, "standard deviation of zero"),
    (#"{"size": [4, 4]}"#, "the network takes 3×3"),
    (#"{"layout": "channels-first"}"#, "expected channels-last"),
    (#"{"zoom": 1, "color": 2}"#, "unknown: color, zoom; known are preset, color_mode"),
    ("[1]", "expected a JSON object, found an array"),
    ("{", "not valid JSON"),
  ])
  func whatIsNotUnderstoodIsAnError(_ json: String, reason: String) throws {
    try Fixture.withFile(json.utf8) { path in
      let error = try #require(
        #expect(throws: ImportError.self) {
          try Conversion(preprocessing: path, labels: ["a", "b"]).model(of: network())
        })
      #expect(error.reason.contains(reason), "\(error)")
    }
  }

  @Test func unknownPresetsAreToldFromFiles() throws {
    let error = try #require(
      #expect(throws: ImportError.self) {
        try Conversion(preprocessing: "imagenet", labels: ["a", "b"]).model(of: network())
      })
    #expect(error.description.hasPrefix("imagenet: cannot open"))
    #expect(error.reason.contains("presets are keras-study, tf, torch, caffe"))
  }
}
