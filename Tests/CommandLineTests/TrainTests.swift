import Foundation
import Pneumo
import PneumoImaging
import PneumoSupport
import PneumoTestSupport
import Testing

/// `pneumo-train` as its users run it, on small images: bright ones and dark ones.
@Suite struct TrainTests {
  private let setup: TrainSetup
  private var tool: Tool { setup.tool }
  private var folder: TemporaryFolder { setup.folder }

  init() throws { setup = try TrainSetup() }

  private func train(_ arguments: String...) throws -> Tool.Result { try setup.train(arguments) }

  @Test func trainsConvertsAndInfers() throws {
    let result = try train(
      "--epochs", "6", "--patience", "0", "--validation-split", "0.3", "--output", "run")
    #expect(result.exitCode == 0, "\(result.error)")
    #expect(result.error == "")
    #expect(result.output.contains("net: 113 parameters"))
    #expect(result.output.contains("epoch 6/6  loss "))
    #expect(result.output.contains("run/best.ckpt is ready"))
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path("run"))
    let expected = [
      "best.ckpt", "last.ckpt", "history.csv", "history.json", "curves.svg", "run.json",
      "predictions.csv", "metrics.json",
    ]
    for name in expected { #expect(names.contains(name), "\(name)") }
    #expect(names.contains { $0.hasPrefix("events.out.tfevents.") })
    #expect(
      try JSONSerialization.jsonObject(with: folder.read("run/run.json")) is [String: Any])

    let converted = try Tool(name: "pneumo-convert").run(
      ["run/best.ckpt", "model.pnm"], in: folder)
    #expect(converted.exitCode == 0, "\(converted.error)")
    let model = try Model(contentsOf: folder.path("model.pnm"))
    #expect(model.labels == ["dark", "light"])
    #expect(model.card.metrics.contains { $0.name == "validation auroc" })
    let metrics = try #require(
      try JSONSerialization.jsonObject(with: folder.read("run/metrics.json")) as? [String: Any])
    // The same members as pneumo-eval writes.
    let models = try #require(metrics["models"] as? [[String: Any]])
    let threshold = try #require(models[0]["threshold"] as? Double)
    #expect(abs(Double(model.threshold) - threshold) < 1e-6)

    // The runtime answers what training predicted: calibrated, and with folded normalization.
    let session = try Session(model)
    let loader = ImageLoader(model.preprocessing)
    let lines = String(decoding: try folder.read("run/predictions.csv"), as: UTF8.self)
      .split(separator: "\n").dropFirst()
    #expect(lines.count == 12)
    for line in lines {
      let fields = line.split(separator: ",")
      let path = folder.path(String(fields[1]))
      let answers = try session.predict(try loader.load(path))
      let light = try #require(answers.first)
      #expect(abs(Double(light.probability) - (try #require(Double(fields[6])))) < 1e-4)
    }

    let again = try train("--output", "run")
    #expect(again.exitCode == 1)
    #expect(
      again.error.contains("run: holds a run already; go on with it by pneumo-train --resume run"))
  }

  /// Calibrated, pooled over folds and frozen as two classes are, but for the threshold.
  @Test func threeClasses() throws {
    for index in 0..<20 {
      let image = PixelImage(
        width: 12, height: 12, channels: 1,
        pixels: (0..<144).map { UInt8(240 - (index + $0 % 12)) })
      try folder.write(try image.jpegBytes(quality: 95), to: "data/white/\(index).jpeg")
    }
    try folder.write(
      Array(
        TrainSetup.network.replacing(
          #""units": 1, "activation": "sigmoid""#,
          with: #""units": 3, "activation": "softmax", "bias": false"#
        ).utf8), to: "net.json")
    let result = try train("--epochs", "5", "--folds", "2", "--ensemble", "-o", "run")
    #expect(result.exitCode == 0, "\(result.error)")
    #expect(result.output.contains("all folds together"))
    let metrics = try #require(
      try JSONSerialization.jsonObject(with: folder.read("run/metrics.json")) as? [String: Any])
    let calibration = try #require(metrics["calibration"] as? [String: Any])
    #expect((calibration["bias"] as? [Double])?.count == 3)
    let model = try #require((metrics["models"] as? [[String: Any]])?.first)
    #expect(model["threshold"] == nil)
    let accuracy = (model["metrics"] as? [String: [String: Any]])?["accuracy"]?["value"]
    #expect(try #require(accuracy as? Double) >= 0.9)
    let lines = String(decoding: try folder.read("run/fold0/predictions.csv"), as: UTF8.self)
      .split(separator: "\n")
    #expect(
      lines[0]
        == "model,path,label,patient,prediction,logit_dark,logit_light,logit_white,"
        + "probability_dark,probability_light,probability_white")
    #expect(lines.count == 31)

    // The frozen network answers with the calibration that was chosen over both folds.
    let all = String(decoding: try folder.read("run/predictions.csv"), as: UTF8.self)
    let session = try Session(try Model(contentsOf: folder.path("run/fold0/model.pnm")))
    let loader = ImageLoader(session.model.preprocessing)
    for line in all.split(separator: "\n").dropFirst().prefix(30) {
      let fields = line.split(separator: ",")
      let pixels = try loader.load(folder.path(String(fields[1])))
      let answers = try session.predict(pixels)[0].probabilities
      for (answer, expected) in zip(answers, fields.suffix(3)) {
        #expect(abs(Double(answer) - (try #require(Double(expected)))) < 1e-4, "\(line)")
      }
    }
  }

  @Test func settingsOverridePresets() throws {
    let result = try train(
      "--epochs", "1", "--augment", "study", "--rotation", "7", "--no-flip", "--noise", "4",
      "--output", "run")
    #expect(result.exitCode == 0, "\(result.error)")
    let record = try JSONSerialization.jsonObject(with: folder.read("run/run.json"))
    let settings = try #require((record as? [String: Any])?["settings"] as? [String: Any])
    let augment = try #require(settings["augment"] as? [String: Any])
    #expect(augment["computed_as"] as? String == "keras2")
    for (name, value) in [
      ("rotation", 7), ("shift", 0), ("shear", 0.2), ("zoom", 0.2), ("noise", 4), ("contrast", 0),
    ] as [(String, Double)] {
      #expect(augment[name] as? Double == value, "\(name)")
    }
    #expect(augment["flip"] as? Bool == false)

    // What robust draws for both axes at once is a range.
    let robust = try train(
      "--epochs", "1", "--augment", "robust", "--zoom", "0.125", "--shear", "3", "--gamma", "2",
      "--output", "robust")
    #expect(robust.exitCode == 0, "\(robust.error)")
    let text = String(decoding: try folder.read("robust/run.json"), as: UTF8.self)
      .filter { !$0.isWhitespace }
    for part in [
      #""computed_as":"centered""#, #""scale":[0.875,1.125]"#, #""zoom":0.0"#, #""shear":3.0"#,
      #""gamma":[0.5,2.0]"#, #""aspect":1.15"#, #""erased_area":[0.02,0.12]"#,
    ] {
      #expect(text.contains(part), "\(part)")
    }
  }

  /// A run that is stopped in any way goes on, also from another folder, and ends with the bits of one
  /// that was not.
  @Test(arguments: [("KILL", 137), ("INT", 130)])
  func stoppedRunsGoOn(signal: String, code: Int32) throws {
    let arguments = "data --network net.json --lr 0.02 --batch 2 --epochs 40 --patience 0"
    // Job control, for without it a shell lets its children ignore interrupts.
    let stopped = try tool.shell(
      """
      set -m
      "$0" \(arguments) --output parts --threads 1 >output 2>error &
      until [ -e parts/history.csv ]; do sleep 0.002; done
      kill -\(signal) %1
      wait %1
      """, in: folder)
    #expect(stopped == code)
    let error = String(decoding: try folder.read("error"), as: UTF8.self)
    #expect(error.contains("go on with pneumo-train --resume parts") == (signal == "INT"))
    #expect(!String(decoding: try folder.read("output"), as: UTF8.self).contains("epoch 40/40"))

    let resumed = try tool.shell(
      "mkdir elsewhere && cd elsewhere && \"$0\" --resume ../parts --threads 2 >../output",
      in: folder)
    #expect(resumed == 0)
    let output = String(decoding: try folder.read("output"), as: UTF8.self)
    #expect(!output.contains("epoch  1/40"))
    #expect(output.contains("epoch 40/40"))
    #expect(try tool.shell("\"$0\" \(arguments) --output whole >output", in: folder) == 0)
    for name in ["predictions.csv", "metrics.json"] {
      #expect(try folder.read("parts/\(name)") == folder.read("whole/\(name)"), "\(name)")
    }
    // Seconds differ between runs, and stand among the notes.
    #expect(try setup.tensors("parts/last.ckpt") == setup.tensors("whole/last.ckpt"))

    let other = try tool.run(["--resume", "parts", "--lr", "0.5"], in: folder)
    #expect(other.exitCode == 1)
    #expect(other.error.contains("was begun with other settings"))
    let none = try tool.run(["--resume", "data"], in: folder)
    #expect(none.exitCode == 1)
    #expect(none.error.contains("data/run.json"))
  }

  /// Where nothing more can be written, the checkpoint of the epoch before stays as it was.
  @Test func aFullDiskLosesNothing() throws {
    // A network whose state takes much more room than its weights.
    let wide = TrainSetup.network.replacing("\"filters\": 8", with: "\"filters\": 64")
    try folder.write(Array(wide.utf8), to: "wide.json")
    let arguments = "data --network wide.json --lr 0.02 --epochs 9999 --patience 0 --output run"
    _ = try tool.shell(
      """
      set -m
      "$0" \(arguments) >output 2>error &
      until [ -e run/history.csv ]; do sleep 0.002; done
      kill -INT %1
      wait %1
      """, in: folder)
    let before = try folder.read("run/last.ckpt")
    // A limit of the size of files, with room for best.ckpt, stands for a full disk.
    let limit = (try folder.read("run/best.ckpt").count + before.count) / 2 / 1024
    let code = try tool.shell(
      """
      trap '' XFSZ
      ulimit -f \(limit)
      "$0" --resume run 2>error >output
      """, in: folder)
    #expect(code == 1)
    let error = String(decoding: try folder.read("error"), as: UTF8.self)
    #expect(error.contains("run/last.ckpt: "), "\(error)")
    #expect(try folder.read("run/last.ckpt") == before)
  }

  @Test func foldsArePooled() throws {
    let result = try train(
      "--epochs", "2", "--folds", "3", "--ensemble", "--refit", "--output", "folds")
    #expect(result.exitCode == 0, "\(result.error)")
    #expect(result.output.contains("all folds together"))
    let lines = String(decoding: try folder.read("folds/predictions.csv"), as: UTF8.self)
      .split(separator: "\n")
    #expect(lines.count == 41)
    // Each network is measured by itself, and ships the threshold of all together.
    let names = ["fold0/model", "fold1/model", "fold2/model", "ensemble"]
    let models = try names.map { try Model(contentsOf: folder.path("folds/\($0).pnm")) }
    #expect(Set(models.map(\.threshold)).count == 1)
    let images = try (0..<3).map { fold in
      let json = try JSONSerialization.jsonObject(
        with: folder.read("folds/fold\(fold)/metrics.json"))
      return try #require((json as? [String: Any])?["images"] as? Int)
    }
    #expect(images.reduce(0, +) == 40)

    #expect(result.output.contains("refit: training on 40 images"))
    let refit = try Tool(name: "pneumo-convert").run(
      ["folds/refit/best.ckpt", "refit.pnm"], in: folder)
    #expect(refit.exitCode == 0, "\(refit.error)")
    #expect(try Model(contentsOf: folder.path("refit.pnm")).threshold == models[0].threshold)

    // The ensemble answers the mean of the logits.
    let pixels = try ImageLoader(models[0].preprocessing).load(folder.path("data/light/1.jpeg"))
    let logits = try models.map { model in
      let answers = try Session(model).predict(pixels)
      let light = try #require(answers.first { $0.label == "light" }).probability
      return log(Double(light) / (1 - Double(light)))
    }
    #expect(Set(logits).count == 4)
    #expect(abs(logits[3] - logits[..<3].reduce(0, +) / 3) < 1e-4)

    // Another threshold needs no other training.
    let again = try tool.run(["--resume", "folds", "--operating-point", "0.25"], in: folder)
    #expect(again.exitCode == 0, "\(again.error)")
    #expect(!again.output.contains("epoch 1/2"))
    #expect(try Model(contentsOf: folder.path("folds/ensemble.pnm")).threshold == 0.25)
  }

  @Test func badInputIsNamed() throws {
    try folder.write([1, 2, 3], to: "data/light/bad.jpeg")
    let refused = try train("--epochs", "1", "--output", "run")
    #expect(refused.exitCode == 1)
    #expect(refused.error.contains("data/light/bad.jpeg"))
    #expect(refused.error.contains("--skip-bad"))
    let skipped = try train("--epochs", "1", "--output", "run", "--skip-bad")
    #expect(skipped.exitCode == 0)
    #expect(skipped.error.contains("1 of 41 images cannot be read and are left out"))

    for (arguments, code, reason) in [
      (["none", "--output", "x"], 1, "cannot list the folder"),
      (["data", "--network", "what", "--output", "x"], 1, "expected study1"),
      (["data", "--output", "x", "--epochs", "0"], 2, "--epochs"),
      (["data"], 2, "--output"), (["--output", "x"], 2, "<data>"),
      (["data", "--resume", "x"], 2, "--resume knows data and folder"),
      (["data", "--output", "x", "--fold", "1"], 2, "--folds"),
      (["data", "--output", "x", "--operating-point", "best"], 2, "--operating-point"),
      (["data", "--output", "x", "--augment", "some"], 2, "expected none, study, keras3, robust"),
      (["data", "--output", "x", "--zoom", "1"], 2, "--zoom is 1.0, expected 0.0 to 0.9"),
      (["data", "--output", "x", "--gamma", "0.5"], 2, "--gamma is 0.5, expected 1.0 to 10.0"),
      (
        ["data", "--network", "net.json", "--output", "x", "--folds", "50", "--skip-bad"], 1,
        "patients"
      ),
    ] as [([String], Int32, String)] {
      let result = try tool.run(arguments, in: folder)
      #expect(result.exitCode == code, "\(arguments): \(result.error)")
      #expect(result.error.contains(reason), "\(arguments): \(result.error)")
    }
  }
}
