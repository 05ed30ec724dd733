import Foundation
import Pneumo
import PneumoImaging
import PneumoTestSupport
import Testing

/// Several models, mirror images and heat maps of `pneumo-infer`.
@Suite struct InferModelsTests {
  private let tool = Tool(name: "pneumo-infer")
  private let folder: TemporaryFolder

  private struct Answer: Decodable {
    let file: String
    let label: String?
    let probability: Double?
    let heatmap: String?
    let error: String?

    var logit: Double { probability.map { log($0 / (1 - $0)) } ?? .nan }
  }

  init() throws {
    folder = try TemporaryFolder()
    for (name, size, seed) in [("a", 32, 1), ("b", 32, 2), ("c", 48, 3)] {
      var builder = GraphBuilder(
        input: .image(height: size, width: size, channels: 3), seed: UInt64(seed))
      builder.append("conv", builder.convolution(3, 3, 8, stride: Extent(2), activation: .relu))
      builder.append("pool", .globalPooling(.average))
      builder.append("out", builder.dense(8, 1, activation: .sigmoid))
      let threshold: Float = name == "a" ? 0.3 : 0.6
      try Model(
        graph: builder.graph(), preprocessing: .kerasStudy(size: Extent(size)),
        labels: ["NORMAL", "PNEUMONIA"], threshold: threshold
      ).write(to: folder.path("\(name).pnm"))
    }
    for (index, name) in ["x/one.jpeg", "y/one.jpeg", "y/two.jpeg"].enumerated() {
      let pixels = (0..<32 * 32).map { place in
        UInt8(truncatingIfNeeded: place % 32 * 7 + place / 32 * (index + 1))
      }
      let image = PixelImage(width: 32, height: 32, channels: 1, pixels: pixels)
      try folder.write(image.jpegBytes(quality: 90), to: "images/\(name)")
      let mirrored = (0..<32).flatMap { row in
        (0..<32).map { pixels[row * 32 + 31 - $0] }
      }
      let mirror = PixelImage(width: 32, height: 32, channels: 1, pixels: mirrored)
      try folder.write(mirror.jpegBytes(quality: 90), to: "mirrors/\(name)")
    }
  }

  private func answers(_ arguments: [String], exitCode: Int32 = 0) throws -> [Answer] {
    let result = try tool.run(arguments + ["--format", "json"], in: folder)
    #expect(result.exitCode == exitCode, "\(result.error)")
    return try JSONDecoder().decode([Answer].self, from: Data(result.output.utf8))
  }

  /// Models of one size share a tensor, those of another have their own.
  @Test func ensemblesAverageLogits() throws {
    let alone = try ["a", "b", "c"].map { try answers(["\($0).pnm", "images"]) }
    let together = try answers([
      "a.pnm", "images", "--ensemble", "b.pnm", "--ensemble", "c.pnm",
    ])
    #expect(together.count == 3)
    for (index, answer) in together.enumerated() {
      let mean = alone.reduce(0) { $0 + $1[index].logit } / 3
      #expect(abs(answer.logit - mean) < 1e-4)
      // The mean of the thresholds' logits.
      let threshold = (log(0.3 / 0.7) + 2 * log(0.6 / 0.4)) / 3
      #expect(answer.label == (answer.logit > threshold ? "PNEUMONIA" : "NORMAL"))
    }
    let same = try answers(["a.pnm", "images", "--ensemble", "a.pnm"])
    #expect(zip(same, alone[0]).allSatisfy { abs($0.logit - $1.logit) < 1e-5 })
    let one = try answers([
      "a.pnm", "images", "--ensemble", "b.pnm", "--ensemble", "c.pnm", "--threads", "1", "--batch",
      "1",
    ])
    #expect(one.map(\.probability) == together.map(\.probability))
  }

  @Test func mirrorImagesAreAveraged() throws {
    let alone = try answers(["a.pnm", "images"])
    let mirrored = try answers(["a.pnm", "mirrors"])
    let both = try answers(["a.pnm", "images", "--tta", "flip"])
    #expect(zip(alone, mirrored).contains { abs($0.logit - $1.logit) > 0.005 })
    for (index, answer) in both.enumerated() {
      // Whole blocks and no resizing: a mirrored file decodes to the mirror image, but for rounding.
      #expect(abs(answer.logit - (alone[index].logit + mirrored[index].logit) / 2) < 1e-3)
    }
  }

  @Test func aModelOfOtherLabelsIsRefused() throws {
    let model = try Model(contentsOf: folder.path("b.pnm"))
    try Model(
      graph: model.graph, preprocessing: model.preprocessing, labels: ["PNEUMONIA", "NORMAL"]
    ).write(to: folder.path("turned.pnm"))
    let result = try tool.run(["a.pnm", "images", "--ensemble", "turned.pnm"], in: folder)
    #expect(result.exitCode == 1)
    #expect(
      result.error.contains(
        "turned.pnm: has the labels 'PNEUMONIA', 'NORMAL' and 1 outputs, but a.pnm"))
  }

  @Test(arguments: ["gradcam", "occlusion"])
  func heatMapsAreWrittenForEachImage(method: String) throws {
    try folder.write(Array("no picture".utf8), to: "images/z.jpeg")
    let answers = try answers(
      ["a.pnm", "images", "--heatmap", "maps", "--heatmap-method", method], exitCode: 1)
    #expect(
      answers.map(\.heatmap) == [
        nil, "maps/one.heatmap.jpeg", "maps/one-2.heatmap.jpeg", "maps/two.heatmap.jpeg",
      ])
    #expect(answers[0].error != nil)
    for path in answers.compactMap(\.heatmap) {
      let picture = try JPEGDecoder().decode(file: folder.path(path))
      #expect(picture.width == 32 && picture.height == 32 && picture.channels == 3)
    }
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: folder.path("maps")).count == 3)
    let none = try self.answers([
      "a.pnm", "images/x", "--heatmap", "plain", "--heatmap-method", method,
      "--heatmap-opacity", "0",
    ])
    let plain = try JPEGDecoder().decode(file: folder.path(#require(none[0].heatmap))).pixels
    #expect(
      stride(from: 0, to: plain.count, by: 3).allSatisfy {
        abs(Int(plain[$0]) - Int(plain[$0 + 1])) <= 2
      })
  }

  /// Each of these pairs would share a file, or replace an input.
  @Test func noTwoInputsShareAHeatMap() throws {
    let image = try folder.read("images/x/one.jpeg")
    let names = ["a/p.jpeg", "b/p.jpeg", "c/p-2.jpeg", "d/P.jpeg", "e/p.heatmap.jpeg"]
    for name in names { try folder.write(Array(image), to: "same/\(name)") }
    let answers = try answers(["a.pnm", "same", "--heatmap", "maps"])
    let maps = answers.compactMap(\.heatmap)
    #expect(maps.count == names.count)
    #expect(Set(maps.map { $0.lowercased() }).count == names.count)
    #expect(
      try Set(FileManager.default.contentsOfDirectory(atPath: folder.path("maps")))
        == Set(maps.map { String($0.dropFirst("maps/".count)) }))
    for target in ["same", "same/maps", "same/a/../new/maps", "link/maps"] {
      try? FileManager.default.createSymbolicLink(
        atPath: folder.path("link"), withDestinationPath: "same")
      let result = try tool.run(["a.pnm", "same", "--heatmap", target], in: folder)
      #expect(result.exitCode == 1)
      #expect(result.error.contains("lies in same, whose images are classified"))
    }
    let inside = try tool.run(
      ["a.pnm", "same/a/p.jpeg", "--heatmap", "same/a", "--format", "jsonl"], in: folder)
    #expect(inside.exitCode == 1 && inside.error.contains("lies in the folder for heat maps"))
    #expect(try folder.read("same/e/p.heatmap.jpeg") == image)
    #expect(try FileManager.default.subpathsOfDirectory(atPath: folder.path("same")).count == 10)
  }

  /// What speaks for one class speaks against the other.
  @Test func theClassOfAHeatMapCanBeNamed() throws {
    for name in ["NORMAL", "PNEUMONIA"] {
      _ = try answers(["a.pnm", "images/x", "--heatmap", name, "--heatmap-class", name])
    }
    let maps = try ["NORMAL", "PNEUMONIA"].map { try folder.read("\($0)/one.heatmap.jpeg") }
    #expect(maps[0] != maps[1])
  }

  @Test(arguments: [
    (["--heatmap-opacity", "2", "--heatmap", "m"], "expected 0 to 1"),
    (["--heatmap-class", "NORMAL"], "goes with --heatmap"),
    (["--heatmap", "m", "--heatmap-class", "COVID"], "'NORMAL', 'PNEUMONIA'"),
    (["--heatmap", "m", "--ensemble", "b.pnm"], "explains one model"),
    (["--tta", "rotate"], "flip"),
  ])
  func wrongUsageExitsWith2(arguments: [String], message: String) throws {
    let result = try tool.run(["a.pnm", "images"] + arguments, in: folder)
    #expect(result.exitCode == 2)
    #expect(result.error.contains(message), "\(result.error)")
  }

  /// A folder that cannot be made stops everything; a picture that cannot be written only itself.
  @Test func placesThatCannotBeWrittenAreNamed() throws {
    try folder.write([1], to: "file")
    let blocked = try tool.run(["a.pnm", "images", "--heatmap", "file/maps"], in: folder)
    #expect(
      blocked.exitCode == 1
        && blocked.error.contains("file/maps: cannot make the folder: Not a directory"))
    let taken = try tool.run(["a.pnm", "images", "--heatmap", "file"], in: folder)
    #expect(taken.exitCode == 1 && taken.error.contains("file: cannot make the folder: something"))
    try FileManager.default.createDirectory(
      atPath: folder.path("maps/one.heatmap.jpeg"), withIntermediateDirectories: true)
    let result = try tool.run(["a.pnm", "images", "--heatmap", "maps"], in: folder)
    #expect(result.exitCode == 1)
    #expect(result.error.contains("maps/one.heatmap.jpeg: cannot replace"))
    #expect(result.output.split(separator: "\n").count == 5)
  }
}
