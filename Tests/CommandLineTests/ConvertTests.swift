import Foundation
import Pneumo
import PneumoTestSupport
import Testing

/// `pneumo-convert` as its users run it, on the importers' small Keras models.
@Suite struct ConvertTests {
  private let tool = Tool(name: "pneumo-convert")
  private let folder: TemporaryFolder
  private static let damaged = ["heap-a", "heap-b", "heap-c", "heap-endless"].map {
    "damaged-\($0).h5"
  }

  init() throws {
    folder = try TemporaryFolder()
    for name in ["keras3-chain.h5", "unsupported-layers.h5", "tiny.weights.h5"] + Self.damaged {
      let fixture = "\(SharedFolder.packageRoot)/Tests/PneumoImportTests/Fixtures/\(name)"
      try folder.write([UInt8](Data(contentsOf: URL(filePath: fixture))), to: name)
    }
  }

  private func run(_ arguments: [String]) throws -> Tool.Result {
    try tool.run(arguments, in: folder)
  }

  @Test func printsWhatItReadAndWrote() throws {
    let result = try run(["keras3-chain.h5", "model.pnm", "--labels", "no,yes"])
    #expect(result.exitCode == 0)
    #expect(result.error == "")
    try expectSnapshot(result.output, "convert.txt")
  }

  @Test func inspectPrintsWhatIsInside() throws {
    let card = #"{"name": "chain", "metrics": {"accuracy": 0.5}, "date": "2026-11-23"}"#
    try folder.write(Array(card.utf8), to: "card.json")
    let result = try run([
      "keras3-chain.h5", "model.pnm", "--labels", "no,yes", "--card", "card.json", "--precision",
      "f16", "--threshold", "0.25",
    ])
    #expect(result.exitCode == 0)
    try expectSnapshot(try run(["--inspect", "model.pnm"]).output, "inspect.txt")
    let json = try run(["--inspect", "model.pnm", "--format", "json"]).output
    try expectSnapshot(json, "inspect.json.txt")
    #expect(try JSONSerialization.jsonObject(with: Data(json.utf8)) is [String: Any])
  }

  @Test func verbosePrintsAllLayers() throws {
    let result = try run([
      "keras3-chain.h5", "model.pnm", "--labels", "no,yes", "--preprocess", "keras-study",
      "--verbose",
    ])
    try expectSnapshot(result.output, "convert.verbose.txt")
  }

  /// Small files may come through a pipe.
  @Test func settingsMayComeThroughAPipe() throws {
    let code = try tool.shell(
      """
      "$0" keras3-chain.h5 model.pnm --labels no,yes --card <(echo '{"name": "piped"}') \
        --preprocess <(echo '{"filter": "tensorflow-bilinear"}') > /dev/null
      """, in: folder)
    #expect(code == 0)
    let model = try Model(contentsOf: folder.path("model.pnm"))
    #expect(model.card.name == "piped")
    #expect(model.preprocessing.filter == .tensorFlowBilinear)
  }

  /// A child that goes on after its parent was killed would replace the file later.
  @Test(arguments: ["KILL", "TERM", "INT", "HUP"])
  func nothingIsWrittenAfterTheToolWasKilled(signal: String) throws {
    // An endless heap keeps the child busy until its limit, two seconds later.
    let code = try tool.shell(
      """
      cp damaged-heap-endless.h5 in.h5 && : > out.pnm
      "$0" in.h5 out.pnm --labels a,b,c & tool=$!
      for _ in $(seq 100); do pgrep -P $tool > child && break; sleep 0.01; done
      child=$(cat child); test -n "$child" || exit 3
      kill -\(signal) $tool; wait $tool
      for _ in $(seq 50); do
        test -d /proc/$child && ! grep -q '^State:.*Z' /proc/$child/status || exit 0
        sleep 0.02
      done
      exit 4
      """, in: folder)
    #expect(code == 0, "3: no child was seen, 4: it goes on for a second")
    #expect(try folder.read("out.pnm").isEmpty)
  }

  @Test func aLimitOnFileSizesLeavesNothingBehind() throws {
    let code = try tool.shell(
      """
      mkdir out && cd out && ulimit -f 1
      "$0" ../keras3-chain.h5 model.pnm --labels no,yes > /dev/null 2> message
      test $? = 1 && grep -q 'model.pnm: cannot write: File too large' message && rm message &&
        test -z "$(ls -A)"
      """, in: folder)
    #expect(code == 0)
  }

  /// What kills the child from outside is not the file's fault.
  @Test func aChildThatIsKilledIsNoDamage() throws {
    let code = try tool.shell(
      """
      "$0" damaged-heap-endless.h5 out.pnm --labels a,b,c 2> message & tool=$!
      for _ in $(seq 100); do pgrep -P $tool > child && break; sleep 0.01; done
      kill -KILL $(cat child); wait $tool
      test $? = 1 && grep -q 'stopped from outside (signal 9), perhaps for lack of memory' message
      """, in: folder)
    #expect(code == 0)
  }

  @Test func labelsOfACheckpointKeepTheirOrder() throws {
    let phantoms = Tool(name: "pneumo-data")
    #expect(try phantoms.run(["phantom", "drawings", "--count", "24"], in: folder).exitCode == 0)
    let network = """
      {"input": [16, 16, 1], "layers": [{"type": "global_pooling", "kind": "average"},
        {"type": "dense", "units": 1, "activation": "sigmoid"}]}
      """
    try folder.write(Array(network.utf8), to: "network.json")
    let trained = try Tool(name: "pneumo-train").run(
      ["drawings", "--network", "network.json", "--epochs", "1", "--output", "run"], in: folder)
    #expect(trained.exitCode == 0, "\(trained.error)")
    let turned = ["run/best.ckpt", "model.pnm", "--labels", "PNEUMONIA,NORMAL"]
    let refused = try run(turned)
    #expect(refused.exitCode == 1)
    #expect(refused.error.contains("--relabel"), "\(refused.error)")
    #expect(try run(turned + ["--relabel"]).exitCode == 0)
    #expect(try Model(contentsOf: folder.path("model.pnm")).labels == ["PNEUMONIA", "NORMAL"])
    // Other names are a translation.
    let renamed = try run(["run/best.ckpt", "model.pnm", "--labels", "normal,opacity"])
    #expect(renamed.exitCode == 0, "\(renamed.error)")
  }

  @Test func sameInputGivesTheSameBytes() throws {
    for name in ["a.pnm", "b.pnm"] {
      #expect(try run(["keras3-chain.h5", name, "--labels", "no,yes"]).exitCode == 0)
    }
    #expect(try folder.read("a.pnm") == folder.read("b.pnm"))
  }

  @Test func settingsReachTheModel() throws {
    let settings = #"{"color_mode": "gray", "filter": "bicubic", "scale": 0.5, "mean": [2]}"#
    try folder.write(Array(settings.utf8), to: "settings.json")
    let result = try run([
      "keras3-chain.h5", "model.pnm", "--labels", "no,yes", "--threshold", "0.75",
      "--preprocess", "settings.json",
    ])
    #expect(result.exitCode == 0, "\(result.error)")
    let model = try Model(contentsOf: folder.path("model.pnm"))
    #expect(model.labels == ["no", "yes"])
    #expect(model.threshold == 0.75)
    #expect(model.preprocessing.filter == .bicubic)
    #expect(model.preprocessing.scale == [0.5])
    #expect(model.preprocessing.mean == [2])
  }

  @Test func listsAllUnsupportedLayersAtOnce() throws {
    let result = try run(["unsupported-layers.h5", "model.pnm", "--labels", "a,b"])
    #expect(result.exitCode == 1)
    try expectSnapshot(result.error, "convert.unsupported.txt")
    #expect(!FileManager.default.fileExists(atPath: folder.path("model.pnm")))
  }

  @Test(arguments: damaged) func survivesFilesThatStopLibhdf5(name: String) throws {
    let result = try run([name, "model.pnm", "--labels", "a,b,c"])
    #expect(result.exitCode == 1)
    #expect(result.error.hasPrefix("pneumo-convert: \(name): damaged: "), "\(result.error)")
    if name == "damaged-heap-endless.h5" {
      #expect(result.error.contains("2 seconds of processor time (signal \(SIGXCPU))"))
    }
    #expect(result.error.split(separator: "\n").count == 1)
    #expect(!FileManager.default.fileExists(atPath: folder.path("model.pnm")))
  }

  /// What libhdf5 finds behind this file's damaged offset differs from process to process: it
  /// crashes, complains, or reads on. The tool itself must come to its end each time.
  @Test func outlivesLibhdf5WhateverItDoes() throws {
    let name = "damaged-heap-d.h5"
    let fixture = "\(SharedFolder.packageRoot)/Tests/PneumoImportTests/Fixtures/\(name)"
    for _ in 0..<40 {
      let result = try run([fixture, "model.pnm", "--labels", "a,b,c"])
      #expect(result.exitCode == 0 || result.exitCode == 1)
      #expect(result.error.split(separator: "\n").count == Int(result.exitCode), "\(result.error)")
    }
  }

  @Test func keepsBlanksAroundCommasOutOfLabels() throws {
    let result = try run(["keras3-chain.h5", "model.pnm", "--labels", " no thing , yes"])
    #expect(result.exitCode == 0, "\(result.error)")
    #expect(try Model(contentsOf: folder.path("model.pnm")).labels == ["no thing", "yes"])
  }

  @Test func namingTheStudysPreprocessingIsTheSameAsLeavingItOut() throws {
    let labels = ["--labels", "no,yes"]
    _ = try run(["keras3-chain.h5", "a.pnm"] + labels)
    let result = try run(
      ["keras3-chain.h5", "b.pnm", "--preprocess", "keras-study"] + labels)
    #expect(result.exitCode == 0, "\(result.error)")
    #expect(try folder.read("a.pnm") == folder.read("b.pnm"))
  }

  @Test func neverReplacesWhatIsNoModel() throws {
    try folder.write(Array("precious".utf8), to: "notes.txt")
    let result = try run(["keras3-chain.h5", "notes.txt", "--labels", "no,yes"])
    #expect(result.exitCode == 1)
    #expect(result.error.hasPrefix("pneumo-convert: notes.txt: "))
    #expect(try folder.read("notes.txt") == Data("precious".utf8))
  }

  @Test(arguments: [
    (["missing.h5", "out.pnm"], "missing.h5"), (["tiny.weights.h5", "out.pnm"], "--network"),
    (["keras3-chain.h5", "out.pnm"], "--labels"),
    (["keras3-chain.h5", "none/out.pnm", "--labels", "a,b"], "none/out.pnm"),
    (["tiny.weights.h5", "out.pnm", "--network", "study150"], "study150"),
    (["--inspect", "keras3-chain.h5"], "keras3-chain.h5"),
  ])
  func failuresAreOneLineAndExit1(arguments: [String], mentions: String) throws {
    let result = try run(arguments)
    #expect(result.exitCode == 1)
    #expect(result.error.hasPrefix("pneumo-convert: "))
    #expect(result.error.contains(mentions))
    #expect(result.error.split(separator: "\n").count == 1)
    #expect(result.output == "")
  }

  @Test(arguments: [
    [], ["keras3-chain.h5"], ["keras3-chain.h5", "out.pnm", "--precision", "f8"],
    ["keras3-chain.h5", "out.pnm", "--threshold", "1.5"],
    ["keras3-chain.h5", "out.pnm", "--network", "study99"], ["--nonsense"],
  ])
  func wrongUsageExitsWith2(arguments: [String]) throws {
    let result = try run(arguments)
    #expect(result.exitCode == 2)
    #expect(result.error.lowercased().contains("usage: pneumo-convert"))
  }
}
