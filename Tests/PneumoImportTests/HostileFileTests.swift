import Foundation
import PneumoModel
import Testing

@testable import PneumoImport

/// Files that must be refused, and what the refusal says.
@Suite struct HostileFileTests {
  private func refusal(
    _ path: String, network: Network? = nil
  ) throws -> (kind: ImportError.Kind, text: String) {
    let error = try #require(
      #expect(throws: ImportError.self) {
        try ImportedModel(contentsOf: path, network: network)
      })
    #expect(error.description.hasPrefix("\(path): "), "names the file")
    return (error.kind, error.description)
  }

  @Test(arguments: [
    ("missing-weight", ImportError.Kind.missingWeight, "has no '/conv2d"),
    ("shape", .wrongShape, "should have the shape (3, 3, 3, 2), found (2, 3, 3, 2)"),
    ("nan", .nonFiniteWeights, "holds NaN or infinity"),
    ("integers", .unsupportedStorage, "not stored as float16, float32 or float64"),
    ("gzip", .unsupportedStorage, "h5repack -f NONE"),
    ("claims-much", .limitExceeded, "more numbers than the file or a model can hold"),
    ("external-link", .unsupportedStorage, "is a link that may lead to another file"),
    ("soft-link", .unsupportedStorage, "is a link that may lead to another file"),
    ("external-storage", .unsupportedStorage, "is stored in another file"),
  ])
  func hostileWeights(_ name: String, kind: ImportError.Kind, text: String) throws {
    let path = try Fixture.path("hostile-\(name).h5")
    let refusal = try refusal(path, network: KerasGoldenTests.tiny)
    #expect(refusal.kind == kind)
    #expect(refusal.text.contains(text), "\(refusal.text)")
  }

  @Test(arguments: [
    ("hostile-json.h5", ImportError.Kind.invalidJSON, "found the end of the text"),
    ("hostile-deep-json.h5", .invalidJSON, "nested deeper than 100 levels"),
    ("not-keras.h5", .notKeras, "neither a Keras model nor Keras weights"),
    ("tiny-keras2.h5", .networkNeeded, "--network study150 or study224"),
    ("tiny.weights.h5", .networkNeeded, "--network study150 or study224"),
  ])
  func filesWithoutAModel(_ name: String, kind: ImportError.Kind, text: String) throws {
    let refusal = try refusal(try Fixture.path(name))
    #expect(refusal.kind == kind)
    #expect(refusal.text.contains(text), "\(refusal.text)")
  }

  @Test func wholeModelsAndWeightsOfOthersDoNotFitANetwork() throws {
    let study = try #require(Network.named("study150"))
    let model = try refusal(try Fixture.path("keras3-chain.h5"), network: study)
    #expect(model.kind == .networkMismatch)
    #expect(model.text.contains("drop --network study150"))
    for name in ["tiny.weights.h5", "tiny-keras2.h5"] {
      let refusal = try refusal(try Fixture.path(name), network: study)
      #expect([.wrongShape, .networkMismatch].contains(refusal.kind))
      #expect(refusal.text.contains("are these the weights of study150?"))
    }
  }

  @Test func allUnsupportedLayersAreListedAtOnce() throws {
    let path = try Fixture.path("unsupported-layers.h5")
    let error = try #require(
      #expect(throws: ImportError.self) { try ImportedModel(contentsOf: path) })
    #expect(error.kind == .unsupportedLayers)
    #expect(error.layers.map(\.name) == ["leaky", "transposed", "elu", "late", "capped", "kept"])
    #expect(error.description.contains("\n  layer 'elu' (Conv2D): its activation is 'elu'"))
  }

  /// Each length of a small file: an error, or the same model where only unused bytes are missing.
  @Test(arguments: ["tiny-fixed-strings.h5", "tiny.weights.h5"])
  func truncatedFiles(_ name: String) throws {
    let bytes = try Fixture.bytes(name)
    let whole = try ImportedModel(contentsOf: Fixture.path(name), network: KerasGoldenTests.tiny)
    for length in stride(from: 0, to: bytes.count, by: 509) {
      try Fixture.withFile(bytes.prefix(length)) { path in
        do {
          let model = try ImportedModel(contentsOf: path, network: KerasGoldenTests.tiny)
          #expect(model.graph == whole.graph)
        } catch let error as ImportError {
          #expect([.unknownFormat, .damagedFile].contains(error.kind), "\(error)")
        }
      }
    }
  }

  @Test(
    arguments: [
      ([], "an empty file"),
      (Array("PK\u{3}\u{4}rest".utf8), "a zip archive"),
      (Array("PK\u{3}\u{4}config.json model.weights.h5".utf8), "load_model('model.keras').save"),
      (Array("PK\u{3}\u{4}archive/data.pkl".utf8), "a PyTorch file, which is not imported"),
      ([0x80, 0x02, 0x8A, 0x0A], "a PyTorch file"),
      ([0xFF, 0xD8, 0xFF, 0xE0], "an image"),
      ([0x89, 0x50, 0x4E, 0x47, 0x0D], "an image"),
      (Array("P5\n2 2\n255\n".utf8), "a Netpbm image"),
      ([0x89, 0x50, 0x4E, 0x45, 0x0D, 0x0A, 0x1A, 0x0A], "a .pnm model"),
      ([1, 2, 3] + [0x57, 0xFB, 0x80, 0x8B, 0x24, 0x75, 0x47, 0xDB], "a TensorFlow checkpoint"),
      ([0x1C, 0, 0, 0] + Array("TFL3".utf8), "a TensorFlow Lite model"),
      ([0x08, 0x09, 0x12, 0x07], "an ONNX model"),
      (Array("GGUF\u{3}".utf8), "a GGUF file"),
      (Array(" \n{\"class_name\": \"Sequential\"}".utf8), "an architecture without weights"),
      (Array("PK\u{3}\u{4} notes.txt".utf8), "a zip archive"),
      (Array("hello".utf8), "none of the kinds of files that are known here"),
    ] as [([UInt8], String)])
  func otherFormatsAreNamed(_ bytes: [UInt8], name: String) throws {
    try Fixture.withFile(bytes) { path in
      let refusal = try refusal(path)
      #expect(refusal.kind == .unknownFormat)
      #expect(refusal.text.contains(name), "\(refusal.text)")
      #expect(refusal.text.contains("expected a Keras HDF5 file"))
    }
  }

  @Test func savedModelsAreNamed() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try Data().write(to: folder.appending(path: "saved_model.pb"))
    let refusal = try refusal(folder.path)
    #expect(refusal.kind == .unknownFormat)
    #expect(refusal.text.contains("SavedModel"))
  }

  @Test func missingFilesAndFolders() throws {
    #expect(try refusal("no/such/file.h5").kind == .unreadable)
    #expect(try refusal("/").kind == .unreadable)
  }
}
