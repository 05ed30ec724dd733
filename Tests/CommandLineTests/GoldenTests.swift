import Foundation
import Pneumo
import PneumoTestSupport
import Testing

/// The whole way, real weights to real images, against what Keras answered.
///
/// `../shared/golden/README.md` says how the answers were made.
@Suite(.enabled(if: SharedFolder.has("golden/study3.h5"), "needs ../shared, which is not here"))
struct GoldenTests {
  private struct Expected: Decodable {
    let file: String
    let logit: Double
    let probability: Double
  }

  private struct Answer: Decodable {
    let file: String
    let label: String
    let probability: Double
  }

  private let folder: TemporaryFolder
  private let expected: [Expected]

  init() throws {
    folder = try TemporaryFolder()
    let url = URL(filePath: SharedFolder.path("golden/expected.jsonl"))
    expected = try String(contentsOf: url, encoding: .utf8).split(separator: "\n").map {
      try JSONDecoder().decode(Expected.self, from: Data($0.utf8))
    }
  }

  /// Converts one of the golden files and classifies all golden images with it.
  private func answers(_ file: String, _ options: [String]) throws -> [Answer] {
    let converted = try Tool(name: "pneumo-convert").run(
      [SharedFolder.path("golden/\(file)"), "model.pnm", "--labels", "NORMAL,PNEUMONIA"] + options,
      in: folder)
    try #require(converted.exitCode == 0, "\(converted.error)")
    let list = expected.map { SharedFolder.path("data/\($0.file)") }.joined(separator: "\n")
    let result = try Tool(name: "pneumo-infer").run(
      ["model.pnm", "-", "--format", "jsonl"], in: folder, input: list)
    try #require(result.exitCode == 0, "\(result.error)")
    return try result.output.split(separator: "\n").map {
      try JSONDecoder().decode(Answer.self, from: Data($0.utf8))
    }
  }

  private func check(_ answers: [Answer], tolerance: Double) {
    #expect(answers.count == 120 && expected.count == 120)
    for (answer, expected) in zip(answers, expected) {
      #expect(answer.file.hasSuffix(expected.file))
      #expect(abs(answer.probability - expected.probability) <= tolerance, "\(expected.file)")
      #expect(answer.label == (expected.probability > 0.5 ? "PNEUMONIA" : "NORMAL"))
    }
  }

  @Test(arguments: [
    ("study3.h5", []), ("study3.weights.h5", ["--network", "study150"]),
    ("study3_keras2_weights.h5", ["--network", "study150"]),
  ])
  func singlePrecisionAnswersAsKeras(file: String, options: [String]) throws {
    check(try answers(file, options + ["--precision", "f32"]), tolerance: 1e-5)
  }

  @Test func halfPrecisionAnswersNearlyAsKeras() throws {
    check(try answers("study3.h5", ["--precision", "f16"]), tolerance: 2e-3)
  }

  /// The models that ship have learned from these X-rays, whose folders say what they show; their cards
  /// promise about 19 of 20.
  @Test(arguments: ["pneumo", "study150"])
  func shippedModelsTellTheImagesApart(name: String) throws {
    let list = expected.map { SharedFolder.path("data/\($0.file)") }.joined(separator: "\n")
    let result = try Tool(name: "pneumo-infer").run(
      ["\(SharedFolder.packageRoot)/Models/\(name).pnm", "-", "--format", "jsonl"], in: folder,
      input: list)
    #expect(result.exitCode == 0)
    let answers = try result.output.split(separator: "\n").map {
      try JSONDecoder().decode(Answer.self, from: Data($0.utf8))
    }
    let right = answers.count { $0.file.contains("/\($0.label)/") }
    #expect(answers.count == 120 && right >= 108, "\(right) of \(answers.count)")
  }

  @Test func logitsAndEachLayerAreAsInKeras() throws {
    let converted = try Tool(name: "pneumo-convert").run(
      [SharedFolder.path("golden/study3.h5"), "model.pnm", "--labels", "NORMAL,PNEUMONIA"],
      in: folder)
    try #require(converted.exitCode == 0, "\(converted.error)")
    let image = try array(SharedFolder.path("golden/tensor_2.npy")).values
    let layers = try unpack(SharedFolder.path("golden/layers_0.npz"))
    for name in ["baseline", "avx2", "avx512"] {
      let model = try Model(contentsOf: folder.path("model.pnm"))
      guard
        let session = try? Session(
          model, instructionSet: name, keepsActivations: true)
      else { continue }
      let outputs = try session.activations(of: image)
      for output in outputs.dropLast() {
        let keras = try array(layers.path("\(output.layer).npy"))
        #expect(keras.shape == output.shape.dimensions)
        let largest = zip(output.values, keras.values).map { abs($0 - $1) }.max()
        #expect(largest! <= 1e-4, "\(name) \(output.layer)")
      }
      #expect(outputs.count == 11)  // four convolutions, four poolings, three dense layers
      let file = "IM-0145-0001.jpeg"
      let logit = try #require(expected.first { $0.file.hasSuffix(file) }).logit
      #expect(abs(Double(outputs.last!.values[0]) - logit) <= 1e-4, "\(name)")
    }
  }

  private func array(_ path: String) throws -> NumPyFile {
    try #require(NumPyFile([UInt8](Data(contentsOf: URL(filePath: path)))), "\(path)")
  }

  /// Unpacks a zip archive with the one tool that is there: Python's standard library.
  private func unpack(_ archive: String) throws -> TemporaryFolder {
    let target = try TemporaryFolder()
    let python = Process()
    python.executableURL = URL(filePath: "/usr/bin/env")
    python.arguments = ["python3", "-m", "zipfile", "-e", archive, target.path]
    try python.run()
    python.waitUntilExit()
    try #require(python.terminationStatus == 0)
    return target
  }
}
