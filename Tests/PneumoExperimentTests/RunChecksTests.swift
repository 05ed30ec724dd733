import PneumoCheckpoint
import PneumoDataset
import PneumoEvaluation
import PneumoModel
import PneumoTestSupport
import Testing

@testable import PneumoExperiment

/// What is refused before the first epoch.
@Suite struct RunChecksTests {
  private func settings(
    units: Int = 1, _ activation: Activation? = .sigmoid, ending: Activation? = nil
  ) throws -> RunSettings {
    var network = ArchitectureBuilder(inputShape: .image(height: 8, width: 8, channels: 1))
    try network.append("mean", .globalPooling(.average))
    try network.dense("last", units: units, activation: activation)
    if let ending { try network.append("probability", .activation(ending)) }
    return RunSettings(
      networkName: "small", architecture: try network.architecture(),
      preprocessing: Preprocessing(
        colorMode: .gray, size: Extent(8), filter: .nearest, scale: [1], mean: [0],
        standardDeviation: [255]))
  }

  private func problem(_ settings: RunSettings, _ classes: [String]) -> RunError? {
    do throws(RunError) {
      try settings.check(classes: classes, hasValidation: true)
      return nil
    } catch {
      return error
    }
  }

  @Test func goodNetworksPass() throws {
    #expect(try problem(settings(), ["a", "b"]) == nil)
    #expect(try problem(settings(units: 2, .softmax), ["a", "b"]) == nil)
    #expect(try problem(settings(units: 3, .softmax), ["a", "b", "c"]) == nil)
  }

  @Test(
    arguments: [
      (1, .sigmoid, ["a", "b", "c"]), (2, .softmax, ["a", "b", "c"]), (3, .softmax, ["a", "b"]),
      (4, .softmax, ["a", "b"]),
    ] as [(Int, Activation, [String])])
  func outputsMustFitTheClasses(units: Int, activation: Activation, classes: [String]) throws {
    let error = try #require(try problem(settings(units: units, activation), classes))
    #expect(error.kind == .network)
    #expect(error.description.contains("has \(units) output"))
    #expect(error.description.contains("have \(classes.count) classes (\(classes[0]), "))
  }

  @Test func activationsMustFit() throws {
    #expect(try problem(settings(units: 1, .softmax), ["a", "b"])?.kind == .network)
    #expect(try problem(settings(units: 3, .relu), ["a", "b", "c"])?.kind == .network)
    #expect(try problem(settings(units: 3, nil), ["a", "b", "c"])?.kind == .network)
  }

  /// The calibration goes into the weights of the last layer, which must have some.
  @Test func theLastLayerMustBeDense() throws {
    let error = try problem(settings(units: 2, nil, ending: .softmax), ["a", "b"])
    #expect(error?.description.contains("ends with probability, expected a dense layer") == true)
  }

  @Test(arguments: ["b\u{1B}[31m", "", "a", String(repeating: "x", count: 1025)])
  func labelsMustBeThoseOfAModel(label: String) throws {
    #expect(try problem(settings(), ["a", label])?.kind != nil)
  }

  @Test func aurocIsForTwoClasses() throws {
    var settings = try settings(units: 3, .softmax)
    settings.monitor = .auroc
    #expect(problem(settings, ["a", "b", "c"])?.kind == .setting)
    settings = try self.settings()
    settings.monitor = .auroc
    #expect(problem(settings, ["a", "b"]) == nil)
    #expect(throws: RunError.self) {
      try settings.check(classes: ["a", "b"], hasValidation: false)
    }
    let setup = try Setup()
    let dark = setup.dataset.samples.indices.filter { setup.dataset.samples[$0].label == 0 }
    let light = setup.dataset.samples.indices.filter { setup.dataset.samples[$0].label == 1 }
    let split = Split(training: dark.suffix(20) + light, validation: Array(dark.prefix(4)))
    let error = #expect(throws: RunError.self) { try settings.check(split, of: setup.dataset) }
    #expect(error?.description.contains("none of 'light'") == true)
    settings.monitor = .crossEntropy
    try settings.check(split, of: setup.dataset)
    #expect(throws: RunError.self) {
      try settings.check(Split(training: [], validation: dark), of: setup.dataset)
    }
  }

  @Test func operatingPointsAreForTwoClasses() throws {
    var settings = try settings(units: 3, .softmax)
    settings.operatingPoint = OperatingPoint("0.9")!
    #expect(problem(settings, ["a", "b", "c"])?.description.contains("two classes") == true)
  }

  @Test func checkpointsNeedTheRoomThatTheyTake() throws {
    let setup = try Setup()
    try setup.train("run")
    let files = try ["best.ckpt", "last.ckpt"].map { try setup.folder.read("run/\($0)").count }
    // Small as the network is, JSON is most of the files.
    let tensors = try Checkpoint(contentsOf: setup.folder.path("run/last.ckpt"))
    let state = (tensors.weights + tensors.state).reduce(0) { $0 + $1.bytes.count }
    let needed = setup.settings.checkpointByteCount(trainings: 1)
    #expect(needed >= state && needed <= 4 * files.reduce(0, +))
    #expect(setup.settings.checkpointByteCount(trainings: 5) == 3 * needed)
  }

  // MARK: What is told

  private func summary(_ labels: [Int], _ logits: [Float]) -> Summary {
    Summary(
      choosing: .youden,
      on: Predictions(
        samples: Array(labels.indices), labels: labels, logits: logits, outputs: 1),
      groups: Array(labels.indices))
  }

  /// A model decides in single precision, and so do the metrics of its record.
  @Test func confusionIsThatOfTheModel() throws {
    let noisy = (0..<80).map { $0 % 2 }
    // The two most probable cases differ, but not once their probabilities are rounded.
    let labels = noisy + [0, 1]
    let logits =
      noisy.enumerated().map { Float($1 * 4 - 2) * ($0 % 10 < 2 ? -1 : 1) } + [9, Float(9).nextUp]
    let predictions = Predictions(
      samples: Array(labels.indices), labels: labels, logits: logits, outputs: 1)
    for point in [OperatingPoint.sensitivity(0.001), .youden, .fixed(0.1)] {
      let summary = Summary(
        choosing: point, on: predictions, groups: Array(labels.indices))
      let binary = try #require(summary.binary)
      let positives = predictions.probabilities(summary.calibration).map {
        Float($0[1]) > Float(binary.threshold)
      }
      let found = zip(positives, labels)
      #expect(binary.confusion.truePositives == found.count { $0 && $1 == 1 }, "\(point)")
      #expect(binary.confusion.falsePositives == found.count { $0 && $1 == 0 }, "\(point)")
    }
  }

  @Test func calibrationOnFewImagesIsTold() {
    // Separated by far, so that no temperature is the best.
    let labels = (0..<20).map { $0 % 2 }
    let few = summary(labels, labels.map { $0 == 1 ? 9 : -9 })
    #expect(few.notes.count == 1)
    #expect(few.notes[0].contains("20 validation images, 10 of the rarest class"))
    let small = summary(labels, labels.map { $0 == 1 ? 0.01 : -0.01 })
    #expect(small.calibration.isAtLimit)
    #expect(small.notes.count == 2 && small.notes[0].contains("at its limit"))
    let many = (0..<400).map { $0 % 2 }
    let noisy = many.enumerated().map { Float($1 * 2 - 1) * ($0 % 10 < 2 ? -1 : 1) }
    #expect(summary(many, noisy).notes == [])
  }
}
