import Foundation
import Pneumo
import PneumoImaging
import PneumoPhantom
import PneumoTestSupport
import Testing

/// `pneumo-eval` as its users run it, on drawings and a small network.
@Suite struct EvalTests {
  private let tool = Tool(name: "pneumo-eval")
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    for seed in 1...2 {
      try GraphBuilder.study(size: 48, seed: UInt64(seed)).write(to: folder.path("m\(seed).pnm"))
    }
    for index in 0..<12 {
      let phantom = Phantom(seed: 4, index: index, longSide: 64)
      let drawing = phantom.draw()
      let image = PixelImage(
        width: drawing.width, height: drawing.height, channels: drawing.channels,
        pixels: drawing.pixels)
      try folder.write(
        image.jpegBytes(quality: 90), to: "data/\(phantom.finding.rawValue)/p\(index).jpeg")
    }
  }

  private func run(_ arguments: [String]) throws -> Tool.Result {
    try tool.run(arguments + ["--resamples", "50"], in: folder)
  }

  private func json(_ name: String) throws -> [String: Any] {
    let object = try JSONSerialization.jsonObject(with: folder.read(name))
    return try #require(object as? [String: Any])
  }

  @Test func aReportHasThreeFiles() throws {
    let result = try run(["m1.pnm", "data", "--model", "m2.pnm", "--ensemble", "-o", "report"])
    #expect(result.exitCode == 0, "\(result.error)")
    #expect(
      result.output.hasPrefix("12 images, each taken for a patient's own: 6 NORMAL, 6 PNEUMONIA\n"))
    #expect(result.output.contains("m1 against ensemble\nmetric "))
    let files = try FileManager.default.contentsOfDirectory(atPath: folder.path("report"))
    #expect(files.sorted() == ["index.html", "metrics.json", "predictions.csv"])
    let models = try #require(json("report/metrics.json")["models"] as? [[String: Any]])
    #expect(models.map { $0["name"] as? String } == ["m1", "m2", "ensemble"])
    // Its own table of predictions gives the same areas.
    let again = try run(["--predictions", "report/predictions.csv", "-o", "again"])
    #expect(again.exitCode == 0, "\(again.error)")
    let others = try #require(json("again/metrics.json")["models"] as? [[String: Any]])
    for (one, other) in zip(models, others) {
      let values = [one, other].map { model in
        (model["metrics"] as? [String: [String: Any]])?["auroc"]?["value"] as? Double
      }
      #expect(values[0] != nil && values[0] == values[1])
    }
  }

  /// The same labels and probabilities as pneumo-infer says.
  @Test func answersAreThoseOfInference() throws {
    #expect(try run(["m1.pnm", "data", "-o", "report"]).exitCode == 0)
    let infer = try Tool(name: "pneumo-infer").run(
      ["m1.pnm", "data", "--format", "csv"], in: folder)
    func rows(_ text: String) -> [[String]] {
      text.split(separator: "\n").dropFirst().map {
        $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
      }
    }
    let expected = Dictionary(uniqueKeysWithValues: rows(infer.output).map { ($0[0], $0) })
    let found = rows(String(decoding: try folder.read("report/predictions.csv"), as: UTF8.self))
    #expect(found.count == 12)
    for row in found {
      let other = try #require(expected[row[1]])
      #expect(row[4] == other[1] && row[6] == other[2])
    }
  }

  /// A file that is named twice, and one that is named like the ensemble.
  @Test func namesTellModelsApart() throws {
    try FileManager.default.copyItem(
      atPath: folder.path("m1.pnm"), toPath: folder.path("ensemble.pnm"))
    for (others, names) in [
      (["m1.pnm", "ensemble.pnm"], ["m1.pnm", "m1.pnm (2)", "ensemble.pnm", "ensemble"]),
      (["ensemble.pnm"], ["m1", "ensemble", "ensemble of all"]),
    ] {
      let result = try run(
        ["m1.pnm", "data", "--ensemble", "-o", "report"] + others.flatMap { ["--model", $0] })
      #expect(result.exitCode == 0, "\(result.error)")
      let models = try #require(json("report/metrics.json")["models"] as? [[String: Any]])
      #expect(models.map { $0["name"] as? String } == names)
      #expect(try run(["--predictions", "report/predictions.csv"]).exitCode == 0)
    }
  }

  @Test func jsonIsJSON() throws {
    let result = try run([
      "m1.pnm", "data", "--format", "json", "--prevalence", "0.1", "--threshold", "0.4",
      "--save-threshold", "copy.pnm", "-o", "report",
    ])
    let object = try JSONSerialization.jsonObject(with: Data(result.output.utf8))
    let json = try #require(object as? [String: Any])
    #expect(json["images"] as? Int == 12 && json["prevalence"] as? Double == 0.1)
  }

  @Test func aThresholdCanBeChosenAndKept() throws {
    let normal = try FileManager.default.contentsOfDirectory(atPath: folder.path("data/NORMAL"))
    let result = try run([
      "m1.pnm", "data", "--choose", "sensitivity=1", "--save-threshold", "careful.pnm",
    ])
    #expect(result.exitCode == 0, "\(result.error)")
    #expect(result.output.contains("was chosen (sensitivity=1) on the very images"))
    let (before, after) = try (
      Model(contentsOf: folder.path("m1.pnm")), Model(contentsOf: folder.path("careful.pnm"))
    )
    #expect(after.threshold != before.threshold && after.graph == before.graph)
    let careful = try run(["careful.pnm", "data", "--format", "json"])
    let object = try JSONSerialization.jsonObject(with: Data(careful.output.utf8))
    let models = try #require((object as? [String: Any])?["models"] as? [[String: Any]])
    #expect(models[0]["confusion"] as? [[Int]] != nil)
    #expect((models[0]["confusion"] as? [[Int]])?[1] == [0, 6])
    // The same images again: the copy knows. Without one of them it does not.
    let origin = "chosen on these images: by an earlier run"
    #expect(models[0]["threshold_from"] as? String == origin)
    try FileManager.default.removeItem(atPath: folder.path("data/NORMAL/\(normal[0])"))
    let others = try run(["careful.pnm", "data"])
    #expect(!others.output.contains("was chosen"))
  }

  @Test func unreadableImagesAreReportedAndCounted() throws {
    try folder.write(Array("no picture".utf8), to: "data/NORMAL/broken.jpeg")
    try folder.write(Array("text".utf8), to: "data/NORMAL/notes.txt")
    let result = try run(["m1.pnm", "data", "-o", "report"])
    #expect(result.exitCode == 1)
    #expect(result.error.contains("data/NORMAL/broken.jpeg: "))
    #expect(result.error.contains("1 of 13 images could not be read and are left out"))
    #expect(try json("report/metrics.json")["images"] as? Int == 12)
    let page = String(decoding: try folder.read("report/index.html"), as: UTF8.self)
    #expect(
      page.contains("1 of 13 images could not be read") && page.contains("left out: 1 .txt file"))
  }

  @Test func oneClassAloneIsMeasuredAsFarAsItGoes() throws {
    let result = try run(["m1.pnm", "one", "-o", "report"])
    #expect(result.exitCode == 1 && result.error.contains("one: "))
    for name in try FileManager.default.contentsOfDirectory(atPath: folder.path("data/NORMAL")) {
      try folder.write([UInt8](folder.read("data/NORMAL/\(name)")), to: "one/NORMAL/\(name)")
    }
    let single = try run(["m1.pnm", "one", "-o", "report"])
    #expect(single.exitCode == 0, "\(single.error)")
    #expect(single.output.contains("no image is of class PNEUMONIA"))
    #expect(single.output.contains("no AUROC: no case is positive"))
  }

  /// A model may list the same labels in another order; one that lacks a label is refused.
  @Test func labelsAreMatchedByName() throws {
    let model = try Model(contentsOf: folder.path("m1.pnm"))
    try Model(
      graph: model.graph, preprocessing: model.preprocessing, labels: ["PNEUMONIA", "NORMAL"],
      threshold: 0.5
    ).write(to: folder.path("turned.pnm"))
    try Model(
      graph: model.graph, preprocessing: model.preprocessing, labels: ["a", "b"]
    ).write(to: folder.path("other.pnm"))
    let result = try run(["m1.pnm", "data", "--model", "turned.pnm", "--format", "json"])
    let object = try JSONSerialization.jsonObject(with: Data(result.output.utf8))
    let models = try #require((object as? [String: Any])?["models"] as? [[String: Any]])
    let areas = models.map { model in
      (model["metrics"] as? [String: [String: Any]])?["auroc"]?["value"] as? Double ?? .nan
    }
    #expect(abs(areas[0] + areas[1] - 1) < 1e-12)
    let other = try run(["m1.pnm", "data", "--model", "other.pnm"])
    #expect(other.exitCode == 1)
    #expect(
      other.error.contains("other.pnm: has the labels 'a', 'b', but m1.pnm has 'NORMAL', 'PN"))
    let unknown = try run(["other.pnm", "data"])
    #expect(unknown.exitCode == 1)
    #expect(unknown.error.contains("which other.pnm does not know; its labels are 'a', 'b'"))
  }

  /// Three classes, in another order than that of their folders.
  @Test func severalClasses() throws {
    var builder = GraphBuilder(input: .image(height: 16, width: 16, channels: 3), seed: 6)
    builder.append(builder.convolution(3, 3, 8, activation: .relu))
    builder.append(.globalPooling(.average))
    builder.append(builder.dense(8, 3, activation: .softmax))
    try Model(
      graph: builder.graph(), preprocessing: builder.preprocessing,
      labels: ["mid", "dark", "light"]
    ).write(to: folder.path("three.pnm"))
    for (index, name) in ["dark", "light", "mid"].enumerated() {
      for copy in 0..<4 {
        let pixels = (0..<256).map { UInt8(80 * index + ($0 * (copy + 3)) % 61) }
        let image = PixelImage(width: 16, height: 16, channels: 1, pixels: pixels)
        try folder.write(image.jpegBytes(quality: 90), to: "three/\(name)/\(copy).jpeg")
      }
    }
    let result = try run([
      "three.pnm", "three", "--model", "three.pnm", "--ensemble", "-o", "report",
    ])
    #expect(result.exitCode == 0, "\(result.error)")
    #expect(result.output.contains("4 mid, 4 dark, 4 light"))
    let infer = try Tool(name: "pneumo-infer").run(
      ["three.pnm", "three", "--format", "csv"], in: folder)
    let labels = infer.output.split(separator: "\n").dropFirst().map { line in
      let fields = line.split(separator: ",", omittingEmptySubsequences: false)
      return "\(fields[0]),\(fields[1])"
    }
    let table = String(decoding: try folder.read("report/predictions.csv"), as: UTF8.self)
    let predictions = table.split(separator: "\n").dropFirst().map { line in
      let fields = line.split(separator: ",")
      return "\(fields[1]),\(fields[4])"
    }
    #expect(predictions.count == 36 && Array(predictions.prefix(12)) == labels)
    #expect(Array(predictions.suffix(12)) == labels)
    let models = try #require(json("report/metrics.json")["models"] as? [[String: Any]])
    #expect((models[0]["one_vs_rest"] as? [String: Any])?.count == 3)
    #expect((models[0]["confusion"] as? [[Int]])?.map { $0.reduce(0, +) } == [4, 4, 4])
    let threshold = try run(["three.pnm", "three", "--choose", "youden"])
    #expect(threshold.exitCode == 2 && threshold.error.contains("are for two classes; there are 3"))
  }

  @Test func rowsThatRepeatAreRefused() throws {
    try folder.write(
      Array("path,label\ndata/NORMAL/p0.jpeg,NORMAL\ndata/NORMAL/p0.jpeg,NORMAL\n".utf8),
      to: "twice.csv")
    let result = try run(["m1.pnm", "twice.csv"])
    #expect(result.exitCode == 1)
    #expect(result.error.contains("twice.csv:3: data/NORMAL/p0.jpeg is on line 2 already"))
  }

  @Test(arguments: [("gradcam", "Grad-CAM"), ("occlusion", "occlusion, Zeiler &amp; Fergus")])
  func picturesHaveHeatMaps(method: String, name: String) throws {
    let result = try run([
      "m1.pnm", "data", "-o", "report", "--heatmap-method", method, "--gallery", "2",
    ])
    #expect(result.exitCode == 0, "\(result.error)")
    let page = String(decoding: try folder.read("report/index.html"), as: UTF8.self)
    #expect(page.contains(name))
    let (pictures, maps) = (page.ranges(of: "class=\"xray\""), page.ranges(of: "class=\"heat\""))
    #expect((4...6).contains(pictures.count) && maps.count == pictures.count)
    #expect(try run(["m1.pnm", "data", "-o", "plain", "--gallery", "0"]).exitCode == 0)
    let plain = String(decoding: try folder.read("plain/index.html"), as: UTF8.self)
    #expect(!plain.contains("class=\"xray\""))
  }

  @Test func trainingCurvesOfARun() throws {
    let missing = try run(["m1.pnm", "data", "-o", "report", "--run", "nowhere"])
    #expect(missing.exitCode == 1 && missing.error.contains("nowhere/history.json"))
    let epoch =
      #"{"epoch":1,"seconds":1,"lr":0.1,"data_loss":0.5,"penalty":0,"accuracy":0.8,"val_data_loss":0.6,"val_accuracy":0.7,"images_per_second":9}"#
    try folder.write(Array("[\(epoch)]".utf8), to: "run/history.json")
    #expect(try run(["m1.pnm", "data", "-o", "report", "--run", "run"]).exitCode == 0)
    let page = String(decoding: try folder.read("report/index.html"), as: UTF8.self)
    #expect(page.contains("id=\"training\"") && page.contains("epoch 1, validation: 0.7000"))
  }

  @Test(arguments: [
    [], ["m1.pnm"], ["m1.pnm", "data", "--prevalence", "2"],
    ["m1.pnm", "data", "--choose", "best"],
    ["m1.pnm", "data", "--choose", "0.5"],
    ["m1.pnm", "data", "--choose", "youden", "--threshold", "0.5"],
    ["m1.pnm", "data", "--save-threshold", "x.pnm"], ["m1.pnm", "data", "--ensemble"],
    ["m1.pnm", "data", "--predictions", "x.csv"], ["m1.pnm", "data", "--gallery", "-1"],
    ["--predictions", "x.csv", "--tta", "flip"], ["m1.pnm", "data", "--isa", "sse9"],
    ["m1.pnm", "data", "--positive", "NORMAL"],
  ])
  func wrongUsageExitsWith2(arguments: [String]) throws {
    let result = try run(arguments)
    #expect(result.exitCode == 2, "\(result.output)")
    #expect(result.error.contains("Usage: pneumo-eval"))
  }
}
