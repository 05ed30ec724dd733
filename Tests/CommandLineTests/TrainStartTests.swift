import Foundation
import PneumoTestSupport
import Testing

/// What `pneumo-train` refuses before it trains, and what it tells.
@Suite struct TrainStartTests {
  private let setup: TrainSetup
  private var folder: TemporaryFolder { setup.folder }

  init() throws { setup = try TrainSetup() }

  /// Refused with one sentence, before images are read, and without a trace.
  private func refused(
    _ arguments: [String], _ reason: String, network: String = TrainSetup.network,
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    try folder.write(Array(network.utf8), to: "net.json")
    let before = try setup.names(".")
    let result = try setup.tool.run(
      arguments + ["--network", "net.json", "--threads", "1"], in: folder)
    #expect(result.exitCode == 1, sourceLocation: sourceLocation)
    #expect(result.error.contains(reason), "\(result.error)", sourceLocation: sourceLocation)
    #expect(result.error.count { $0 == "\n" } == 1, sourceLocation: sourceLocation)
    #expect(result.output == "", sourceLocation: sourceLocation)
    #expect(try setup.names(".") == before, sourceLocation: sourceLocation)
  }

  @Test func aNetworkForOtherClasses() throws {
    let three = TrainSetup.network.replacing(
      #""units": 1, "activation": "sigmoid""#, with: #""units": 3, "activation": "softmax""#)
    try refused(
      ["data", "-o", "run"], "'net' has 3 outputs, and the data have 2 classes (dark, light)",
      network: three)
    for index in 0..<20 {
      try folder.write(
        try folder.read("data/light/1.jpeg") + [UInt8(index)], to: "data/white/\(index).jpeg")
    }
    try refused(
      ["data", "-o", "run"], "'net' has 1 output, and the data have 3 classes (dark, light, white)")
    try refused(["data", "-o", "run", "--monitor", "auroc"], "--monitor auroc is for two classes")
  }

  @Test func splitsAndNamesThatAreNoClasses() throws {
    for split in ["train", "val", "test"] {
      try setup.write(count: 4, seed: 3, to: "xrays/\(split)")
    }
    try refused(["xrays", "-o", "run"], "look like splits of the data")
    for (name, reason) in [
      ("B\u{1B}[31m\u{1B}]0;TITLE\u{7}", "contains a control character"),
      ("Dark", "differ in case, spaces or encoding only"),
    ] {
      let lines = (0..<40).map { index in
        let label = index % 2 == 0 ? "dark" : "light"
        return "data/\(label)/\(index).jpeg,\(index % 2 == 0 ? "dark" : name)\n"
      }
      try folder.write(Array(("path,label\n" + lines.joined()).utf8), to: "table.csv")
      try refused(["table.csv", "-o", "run"], reason)
    }
  }

  @Test func foldersThatARunMustNotWriteInto() throws {
    try refused(["data", "-o", "data/run"], "lies in the folder of the images")
    try refused(["data", "-o", "data"], "lies in the folder of the images")
    try folder.write([7], to: "report/metrics.json")
    try refused(["data", "-o", "report"], "holds metrics.json, but no run.json")
    #expect(try folder.read("report/metrics.json") == Data([7]))
    try refused(["data", "-o", "/proc/run"], "cannot make the folder")
  }

  /// Of two that start at once in one folder one trains, and the folder is its own.
  @Test func twoRunsInOneFolder() throws {
    try folder.write([], to: "output")
    let code = try setup.tool.shell(
      """
      options="--network net.json --lr 0.02 --patience 0 -o two"
      "$0" data $options --epochs 3000 --seed 1 >out1 2>err1 & first=$!
      trap 'kill -KILL $first $last 2>/dev/null' EXIT
      until [ -e two/history.csv ]; do kill -0 $first || exit 2; sleep 0.002; done
      "$0" data $options --epochs 1 --seed 2 >out2 2>err2 && exit 3
      "$0" --resume two 2>err3 >out3 && exit 4
      kill -KILL $first; wait $first
      "$0" --resume two --threads 1 >out4 2>err4 & last=$!
      until grep -q epoch out4; do kill -0 $last || exit 5; sleep 0.002; done
      kill -TERM $last
      wait $last
      """, in: folder)
    #expect(code == 143)
    for number in [2, 3] {
      let error = try setup.text("err\(number)")
      #expect(error.contains("holds a run already") || error.contains("another pneumo-train"))
    }
    #expect(try setup.text("err3").contains("another pneumo-train (process "))
    #expect(try setup.text("two/run.json").contains("\"1\""))
  }

  /// A signal ends a run within a second, and the run goes on from there.
  @Test(arguments: [("HUP", 129), ("TERM", 143)])
  func signalsEndTheRun(signal: String, code: Int32) throws {
    let stopped = try setup.tool.shell(
      """
      set -m
      "$0" data --network net.json --epochs 99999 --patience 0 -o run --threads 1 >out 2>err &
      until [ -e run/history.csv ]; do sleep 0.002; done
      kill -\(signal) %1
      (sleep 5; kill -KILL %1) 2>/dev/null &
      wait %1
      """, in: folder)
    #expect(stopped == code)
    #expect(try setup.text("err").contains("go on with pneumo-train --resume run"))
    #expect(try setup.names("run").contains("last.ckpt"))
    #expect(try !setup.names("run").contains("run.lock"))
  }

  @Test func aLostCheckpointIsAnError() throws {
    #expect(try setup.train("--epochs", "2", "-o", "run").exitCode == 0)
    let best = try folder.read("run/best.ckpt")
    try FileManager.default.removeItem(atPath: folder.path("run/last.ckpt"))
    let result = try setup.tool.run(["--resume", "run"], in: folder)
    #expect(result.exitCode == 1)
    #expect(result.error.contains("last.ckpt: is missing"), "\(result.error)")
    #expect(result.error.contains("pneumo-convert"), "\(result.error)")
    #expect(try folder.read("run/best.ckpt") == best)
  }

  /// Where nobody reads what it prints, training goes on; where it cannot be written, that is an error.
  @Test func standardOutputMayGoAway() throws {
    let arguments = "data --network net.json --lr 0.02 --epochs 3 --patience 0"
    let code = try setup.tool.shell(
      """
      "$0" \(arguments) -o reader 2>err1 | head -1 >out
      [ ${PIPESTATUS[0]} = 0 ] || exit 2
      "$0" \(arguments) -o full >/dev/full 2>err2; [ $? = 1 ] || exit 3
      "$0" \(arguments) -o closed >&- 2>err3
      exit 0
      """, in: folder)
    #expect(code == 0)
    #expect(try setup.text("err2").contains("standard output: No space left on device"))
    for name in ["reader", "full", "closed"] {
      #expect(try setup.epochs(name).count == 4, "\(name)")
      #expect(try setup.names(name).contains("metrics.json"), "\(name)")
      let events = try #require(try setup.names(name).first { $0.hasPrefix("events.") })
      #expect(try !setup.text("\(name)/\(events)").contains("epoch "), "\(name)")
    }
  }

  @Test func filesThatAreLeftOutAreNamed() throws {
    for name in ["x.png", "y.PNG", "notes.txt"] { try folder.write([1], to: "data/dark/\(name)") }
    let result = try setup.train("--epochs", "1", "-o", "run")
    #expect(result.exitCode == 0, "\(result.error)")
    #expect(result.output.contains("left out: 2 .png and 1 .txt files"), "\(result.output)")
  }

  /// By default validation is a fair sample, and the first images of each class only for Keras.
  @Test func theDefaultSplitIsAFairSample() throws {
    func validated(_ run: String) throws -> [String] {
      try setup.text("\(run)/predictions.csv").split(separator: "\n").dropFirst()
        .map { String($0.split(separator: ",")[1]) }.sorted()
    }
    for (name, options) in [
      ("fair", []), ("again", ["--seed", "7"]), ("other", ["--split-seed", "7"]),
      ("keras", ["--keras-compatible"]),
    ] {
      let split = ["--validation-split", "0.2", "--epochs", "1", "-o", name]
      #expect(try setup.train(split + options).exitCode == 0)
    }
    let first = [
      "dark/0", "dark/10", "dark/12", "dark/14", "light/1", "light/11", "light/13", "light/15",
    ]
    #expect(try validated("keras") == first.map { "data/\($0).jpeg" })
    let fair = try validated("fair")
    #expect(fair.count { $0.contains("dark") } == 4 && fair.count { $0.contains("light") } == 4)
    #expect(fair != (try validated("keras")))
    #expect(fair == (try validated("again")))
    #expect(fair != (try validated("other")))
  }

  @Test func layersArePrintedWhereAskedFor() throws {
    let brief = try setup.train("--epochs", "1", "-o", "brief")
    #expect(!brief.output.contains("convolution"))
    #expect(
      brief.output.split(separator: "\n").allSatisfy { $0.count <= 120 || $0.hasPrefix("note") })
    let full = try setup.train("--epochs", "1", "-o", "full", "--verbose")
    #expect(full.output.contains("convolution"))
  }
}
