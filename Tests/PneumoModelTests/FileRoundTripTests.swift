import Foundation
import PneumoModel
import PneumoSystem
import PneumoTestSupport
import Testing

@Suite struct FileRoundTripTests {

  static let models = [
    "tiny-classifier": SampleModel.tinyClassifier, "every-operation": SampleModel.everyOperation,
    "gated-classifier": SampleModel.gatedClassifier,
    "hard-swish-classifier": SampleModel.hardSwishClassifier,
  ]
  static let names = [
    "tiny-classifier", "every-operation", "gated-classifier", "hard-swish-classifier",
  ]

  @Test(arguments: names, ScalarType.allCases)
  func encodingSurvivesARoundTrip(name: String, type: ScalarType) throws {
    let model = try #require(Self.models[name]).converting(weights: type)
    let read = try Model(bytes: model.encoded())
    #expect(read == model)
    #expect(read.encoded() == model.encoded())
  }

  @Test(arguments: names, ScalarType.allCases)
  func aFileSurvivesARoundTrip(name: String, type: ScalarType) throws {
    let model = try #require(Self.models[name]).converting(weights: type)
    let folder = try TemporaryFolder()
    try model.write(to: folder.path("a.pnm"))
    #expect(try Model(contentsOf: folder.path("a.pnm")) == model)
  }

  @Test func theSamplesHaveEveryOperation() {
    let samples = [SampleModel.everyOperation, SampleModel.gatedClassifier]
    let operations = samples.flatMap { $0.graph.nodes.map(\.operation) }
    #expect(Set(operations.map { type(of: $0.layer).code }).count == Operation.all.count)
    let names = Set(operations.map(\.name))
    #expect(
      names == [
        "Convolution", "DepthwiseConvolution", "Dense", "MaxPooling", "AveragePooling",
        "GlobalMaxPooling", "GlobalAveragePooling", "BatchNormalization", "Activation", "Add",
        "Concatenate", "Flatten", "ZeroPadding", "Dropout", "Multiply",
      ])
    #expect(SampleModel.tinyClassifier.graph.parameterCount == 341)
  }

  @Test func weightsAreUsedFromTheMapping() throws {
    let folder = try TemporaryFolder()
    let path = folder.path("a.pnm")
    try SampleModel.everyOperation.write(to: path)
    let model = try Model(contentsOf: path)
    let addresses = model.graph.nodes.flatMap(\.operation.weights).map { weight in
      weight.tensor.withUnsafeBytes { UInt(bitPattern: $0.baseAddress) }
    }
    #expect(addresses.allSatisfy { $0 % 64 == 0 })
    // All weights are in one mapping, in order, so none has been copied.
    let span = try #require(addresses.last) - #require(addresses.first)
    #expect(addresses == addresses.sorted())
    #expect(span < SampleModel.everyOperation.encoded().count)
  }

  /// A file has the first version of the format that has all its operations.
  @Test func versionsAreThoseOfTheOperations() throws {
    for (name, version): (String, UInt8) in [
      ("tiny-classifier", 1), ("every-operation", 1), ("gated-classifier", 3),
      ("hard-swish-classifier", 3),
    ] {
      var bytes = try #require(Self.models[name]).encoded()
      #expect(bytes[8] == version, "\(name)")
      var parts = try #require(ModelFileParts(of: bytes))
      parts.version = version == 1 ? 3 : 1
      bytes = parts.assembled()
      let error = #expect(throws: ModelError.self) { try Model(bytes: bytes) }
      #expect(error?.kind == .unsupportedVersion, "\(name)")
    }
  }

  /// The committed files have format version 1 or 3 and must remain readable.
  @Test(arguments: names)
  func encodingsMatchTheCommittedFiles(name: String) throws {
    let bytes = try #require(Self.models[name]).encoded()
    try Fixture.compare(bytes, with: "\(name).pnm")
    #expect(try Model(bytes: Fixture.bytes("\(name).pnm")) == Self.models[name])
  }

  @Test(
    arguments: [
      "netpbm", "version-unknown", "operator-unknown", "layer-reads-itself", "cut-by-one",
    ])
  func hostileFilesAreCommitted(name: String) throws {
    let file = try #require(HostileFile.all.first { $0.name == name })
    try Fixture.compare(file.bytes, with: "hostile-\(name).pnm")
    let error = try #require(throws: ModelError.self) {
      try Model(contentsOf: Fixture.path("hostile-\(name).pnm"))
    }
    #expect(error.kind == file.kind)
  }

  @Test func halfPrecisionAffectsKernelsOnly() throws {
    let half = try SampleModel.everyOperation.converting(weights: .float16)
    for node in half.graph.nodes {
      for (name, tensor) in node.operation.weights {
        #expect(tensor.scalarType == (name == "kernel" ? .float16 : .float32))
      }
    }
    // Half precision is not exact, but converting a second time changes nothing.
    let back = try half.converting(weights: .float32)
    #expect(back != SampleModel.everyOperation)
    #expect(try back.converting(weights: .float16) == half)
    #expect(half.graph.shapes == SampleModel.everyOperation.graph.shapes)
  }

  @Test func overflowOfHalfPrecisionIsAnError() throws {
    var nodes = SampleModel.tinyClassifier.graph.nodes
    nodes[6].operation = .dense(
      Dense(
        kernel: WeightTensor(shape: [4, 1], values: [1, 65_520, 0, 0]), activation: .sigmoid))
    let model = try Model(
      graph: Graph(inputShape: SampleModel.tinyClassifier.graph.inputShape, nodes: nodes),
      preprocessing: SampleModel.tinyClassifier.preprocessing, labels: ["a", "b"])
    let error = try #require(throws: ModelError.self) {
      try model.converting(weights: .float16)
    }
    #expect(error.kind == .nonFiniteWeights)
    #expect(error.layer == "output")
    #expect(error.description.contains("too large for f16; keep f32"))
  }
}
