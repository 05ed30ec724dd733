import Foundation
import Pneumo
import PneumoTestSupport
import Testing

/// `pneumo-eval` tells of images that a model was made with.
@Suite struct TrainingOverlapTests {
  private let setup: TrainSetup

  init() throws { setup = try TrainSetup() }

  private func evaluate(_ arguments: String...) throws -> Tool.Result {
    try Tool(name: "pneumo-eval").run(arguments, in: setup.folder)
  }

  @Test func measuringOnTrainingImagesIsTold() throws {
    let trained = try setup.train("--epochs", "3", "--validation-split", "0.3", "-o", "run")
    #expect(trained.exitCode == 0, "\(trained.error)")
    let converted = try Tool(name: "pneumo-convert").run(
      ["run/best.ckpt", "model.pnm", "--precision", "f16"], in: setup.folder)
    #expect(converted.exitCode == 0, "\(converted.error)")
    let images = try Model(contentsOf: setup.folder.path("model.pnm")).trainingImages
    #expect(images.training.count == 28 && images.validation.count == 12)

    let note =
      "model was trained on 28 of these 40 images and had its epoch, calibration or threshold chosen "
      + "on 12 of these 40 images"
    let all = try evaluate("model.pnm", "data", "-o", "report")
    #expect(all.output.contains(note) || all.error.contains(note), "\(all.output)\(all.error)")
    #expect(try setup.text("report/index.html").contains(note))

    // Copies under other names are the same images.
    try setup.write(count: 10, seed: 77, to: "new")
    for index in 0..<3 {
      let name = images.training.isEmpty ? "" : "data/dark/\(2 * index).jpeg"
      try setup.folder.write([UInt8](setup.folder.read(name)), to: "new/dark/copy\(index).jpeg")
    }
    let some = try evaluate("model.pnm", "new")
    #expect(
      (some.output + some.error).contains("of these 13 images"), "\(some.output)\(some.error)")

    try setup.write(count: 10, seed: 78, to: "fresh")
    let fresh = try evaluate("model.pnm", "fresh")
    #expect(fresh.exitCode == 0)
    #expect(!(fresh.output + fresh.error).contains("of these"), "\(fresh.output)")

    // A copy with another threshold was made with the same images.
    let saved = try evaluate(
      "model.pnm", "fresh", "--threshold", "0.4", "--save-threshold", "other.pnm")
    #expect(saved.exitCode == 0, "\(saved.error)")
    #expect(try Model(contentsOf: setup.folder.path("other.pnm")).trainingImages == images)
  }

  /// A model without hashes, whose run is known.
  @Test func theRunTellsItsImages() throws {
    #expect(try setup.train("--epochs", "1", "-o", "run").exitCode == 0)
    _ = try Tool(name: "pneumo-convert").run(["run/best.ckpt", "model.pnm"], in: setup.folder)
    var model = try Model(contentsOf: setup.folder.path("model.pnm"))
    model.trainingImages = TrainingImages()
    try model.write(to: setup.folder.path("bare.pnm"))
    let bare = try evaluate("bare.pnm", "data")
    #expect(!(bare.output + bare.error).contains("was trained on"))
    let known = try evaluate("bare.pnm", "data", "--run", "run", "-o", "report")
    #expect((known.output + known.error).contains("bare was trained on 36 of these 40 images"))
  }
}
