import Foundation
import Pneumo
import PneumoTestSupport
import Testing

/// `pneumo-infer` as its users run it, on a small model and the imaging tests' pictures.
@Suite struct InferTests {
  private let tool = Tool(name: "pneumo-infer")
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    try GraphBuilder.study(size: 48).write(to: folder.path("model.pnm"))
    for name in Self.pictures {
      let fixture = "\(SharedFolder.packageRoot)/Tests/PneumoImagingTests/Fixtures/\(name)"
      try folder.write([UInt8](Data(contentsOf: URL(filePath: fixture))), to: "pictures/\(name)")
    }
  }

  static let pictures = ["gray-37x29.jpg", "color-420-37x29.jpg", "color-progressive-64x48.jpg"]

  /// Baseline kernels, so that no bit depends on the machine.
  private func run(
    _ arguments: [String], input: String = "", environment: [String: String] = [:]
  ) throws -> Tool.Result {
    try tool.run(
      ["model.pnm"] + arguments + ["--isa", "baseline"], in: folder, input: input,
      environment: environment)
  }

  @Test(arguments: ["table", "jsonl", "json", "csv"])
  func printsEachFormat(format: String) throws {
    try folder.write(Array("no picture".utf8), to: "pictures/broken.jpeg")
    let result = try run(["pictures", "missing.jpeg", "--format", format])
    try expectSnapshot(result.output, "infer.\(format).txt")
    try expectSnapshot(result.error, "infer.errors.txt")
    #expect(result.exitCode == 1)
  }

  @Test func tableIsTheDefaultAndAllGoodIsZero() throws {
    let result = try run(["pictures"])
    #expect(result.exitCode == 0)
    #expect(result.error == "")
    #expect(try result.output == run(["pictures", "--format", "table"]).output)
  }

  @Test func jsonIsJSON() throws {
    let result = try run(["pictures", "missing.jpeg", "--format", "json"])
    let array = try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [[String: Any]]
    #expect(array?.count == 4)
    #expect(array?.last?["error"] is String)
    let probabilities = array?.first?["probabilities"] as? [String: Double]
    #expect(probabilities?.keys.sorted() == ["NORMAL", "PNEUMONIA"])
  }

  /// Invariant 1, end to end: batch and threads never change a bit or the order.
  @Test func batchAndThreadsNeverChangeTheAnswer() throws {
    var list = ""
    for index in 0..<40 { list += "pictures/\(Self.pictures[index % 3])\n" }
    let expected = try run(
      ["-", "--format", "jsonl", "--threads", "1", "--batch", "1"], input: list)
    #expect(expected.output.split(separator: "\n").count == 40)
    for (batch, threads) in [(1, 2), (1, 4), (7, 1), (7, 2), (7, 4), (64, 1), (64, 2), (64, 4)] {
      let result = try run(
        ["-", "--format", "jsonl", "--threads", "\(threads)", "--batch", "\(batch)"], input: list)
      #expect(result.output == expected.output, "batch \(batch), threads \(threads)")
    }
    #expect(try run(["-", "--format", "jsonl"], input: list).output == expected.output)
  }

  @Test func foldersAreSearchedInByteOrder() throws {
    let picture = [UInt8](try folder.read("pictures/\(Self.pictures[0])"))
    for name in ["tree/b/1.JPG", "tree/B.jpeg", "tree/a/x/2.jpg", "tree/a/.hidden.jpg"] {
      try folder.write(picture, to: name)
    }
    try folder.write([1], to: "tree/notes.txt")
    let result = try run(["tree/", "--format", "csv"])
    let files = result.output.split(separator: "\n").dropFirst().map { $0.prefix { $0 != "," } }
    #expect(files == ["tree/B.jpeg", "tree/a/x/2.jpg", "tree/b/1.JPG"])
    #expect(result.exitCode == 0)
  }

  @Test func folderWithoutPicturesIsAnError() throws {
    try folder.write([1], to: "empty/notes.txt")
    let result = try run(["empty"])
    #expect(result.exitCode == 1)
    #expect(
      result.error == """
        pneumo-infer: empty: no .jpeg or .jpg files in this folder, but 1 .txt file
        pneumo-infer: left out: 1 .txt file; images are files that end in .jpeg or .jpg

        """)
  }

  @Test func thresholdMovesTheLabel() throws {
    let low = try run(["pictures", "--format", "csv", "--threshold", "0"]).output
    #expect(low.split(separator: "\n").dropFirst().allSatisfy { $0.contains(",PNEUMONIA,") })
    let high = try run(["pictures", "--format", "csv", "--threshold", "1"]).output
    #expect(high.split(separator: "\n").dropFirst().allSatisfy { $0.contains(",NORMAL,") })
  }

  @Test func topLimitsTheClasses() throws {
    let result = try run(["pictures", "--format", "jsonl", "--top", "1"])
    for line in result.output.split(separator: "\n") {
      let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
      #expect((object?["probabilities"] as? [String: Double])?.count == 1)
    }
    #expect(try run(["pictures", "--top", "2"]).output.contains("most probable"))
  }

  @Test func profileNamesKernels() throws {
    let table = try run(["pictures", "--profile"])
    #expect(table.error.contains("baseline.conv3x3s1WinogradF1x4BiasReLUMaxPool2x2"))
    #expect(table.error.contains("GFLOP/s"))
    let json = try run(["pictures", "--profile", "--format", "jsonl"])
    let report = try JSONSerialization.jsonObject(with: Data(json.error.utf8)) as? [String: Any]
    #expect(report?["images"] as? Int == 3)
  }

  @Test(arguments: [
    [], ["--format", "xml"], ["--threads", "0"], ["--batch", "-1"], ["--threshold", "2"],
    ["--top", "0"], ["--nonsense"], ["-", "-"], ["--isa", "mmx"],
  ])
  func wrongUsageExitsWith2(arguments: [String]) throws {
    let result = try tool.run(
      arguments.isEmpty ? [] : ["model.pnm", "pictures"] + arguments, in: folder)
    #expect(result.exitCode == 2)
    #expect(result.error.lowercased().contains("usage: pneumo-infer"))
    #expect(result.output == "")
  }

  @Test func helpHasExamples() throws {
    let result = try tool.run(["--help"], in: folder)
    #expect(result.exitCode == 0)
    #expect(result.output.contains("EXAMPLES"))
    #expect(result.output.contains("PNEUMO_ISA"))
  }

  @Test func errorsNameTheModel() throws {
    try folder.write(Array("P5\n1 1\n255\n0".utf8), to: "netpbm.pnm")
    for name in ["netpbm.pnm", "missing.pnm", "pictures"] {
      let result = try tool.run([name, "pictures"], in: folder)
      #expect(result.exitCode == 1)
      #expect(result.error.hasPrefix("pneumo-infer: \(name): "))
      #expect(result.error.split(separator: "\n").count == 1)
    }
  }

  @Test func environmentIsParsedStrictly() throws {
    for (name, value) in [("PNEUMO_NUM_THREADS", "many"), ("PNEUMO_ISA", "mmx")] {
      let result = try tool.run(
        ["model.pnm", "pictures"], in: folder, environment: [name: value])
      #expect(result.exitCode == 2)
      #expect(result.error.contains(name))
    }
  }

  /// An answer to the first line comes before there is a second.
  @Test func listsAreAnsweredAsTheyCome() throws {
    let process = Process()
    process.executableURL = Tool.products.appending(path: tool.name)
    process.arguments = ["model.pnm", "-", "--format", "jsonl"]
    process.currentDirectoryURL = URL(filePath: folder.path)
    let (input, output) = (Pipe(), Pipe())
    process.standardInput = input
    process.standardOutput = output
    try process.run()
    for name in Self.pictures {
      try input.fileHandleForWriting.write(contentsOf: Data("pictures/\(name)\r\n".utf8))
      let answer = String(decoding: output.fileHandleForReading.availableData, as: UTF8.self)
      #expect(answer.hasPrefix("{\"file\":\"pictures/\(name)\",\"label\""))
    }
    try input.fileHandleForWriting.close()
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
  }

  @Test func interruptEndsTheWaitForAList() throws {
    let process = Process()
    process.executableURL = Tool.products.appending(path: tool.name)
    process.arguments = ["model.pnm", "-", "--format", "json"]
    process.currentDirectoryURL = URL(filePath: folder.path)
    let (input, output, errors) = (Pipe(), Pipe(), Pipe())
    process.standardInput = input
    process.standardOutput = output
    process.standardError = errors
    try process.run()
    let header = output.fileHandleForReading.availableData  // it has started
    process.interrupt()
    process.waitUntilExit()
    #expect(process.terminationReason == .exit)
    #expect(process.terminationStatus == 130)
    let rest = try output.fileHandleForReading.readToEnd() ?? Data()
    #expect(String(decoding: header + rest, as: UTF8.self) == "[\n]\n")
    try input.fileHandleForWriting.close()
  }

  @Test func namesCannotBreakTheOutput() throws {
    let picture = [UInt8](try folder.read("pictures/\(Self.pictures[0])"))
    let names = ["a\u{1B}[31m\nb.jpg", "q\"\u{301},y.jpg"]
    for name in names { try folder.write(picture, to: "odd/\(name)") }
    try folder.write([1], to: "odd/z\n.jpg")
    let table = try run(["odd"])
    #expect(table.output.split(separator: "\n").count == 4)
    #expect(table.output.contains(#"odd/a\u{1b}[31m\u{a}b.jpg"#))
    #expect(table.error.split(separator: "\n").count == 1)
    #expect(!(table.output + table.error).unicodeScalars.contains("\u{1B}"))
    let csv = try run(["odd", "--format", "csv"]).output
    #expect(csv.contains("\"odd/q\"\"\u{301},y.jpg\","))
    let json = try run(["odd", "--format", "jsonl"]).output.split(separator: "\n")
    let files = try json.map {
      (try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])?["file"] as? String
    }
    #expect(Set(files) == Set((names + ["z\n.jpg"]).map { "odd/\($0)" }))
  }

  @Test func nameThatIsNotUTF8SaysSo() throws {
    let list = folder.path("list")
    try Data([0x78, 0xFF, 0x2E, 0x6A, 0x70, 0x67, 0x0A]).write(to: URL(filePath: list))
    #expect(try tool.shell("\"$0\" model.pnm - <list 2>errors >out", in: folder) == 1)
    let errors = String(decoding: try folder.read("errors"), as: UTF8.self)
    #expect(errors.contains("its name is not UTF-8; rename it"))
  }

  /// Finite weights can still overflow: that is an error, not a confident NORMAL.
  @Test func outputsThatAreNotFiniteAreErrors() throws {
    var builder = GraphBuilder(input: .image(height: 2, width: 2, channels: 1), seed: 1)
    builder.append(.flatten(.heightWidthChannels))
    for sign in [Float(1), -1] {
      builder.append(
        .dense(
          Dense(
            kernel: WeightTensor(
              shape: [4, 4], values: (0..<16).map { $0 % 2 == 0 ? 3e38 : sign * 3e38 }))))
    }
    builder.append(builder.dense(4, 1, activation: .sigmoid))
    try builder.model().write(to: folder.path("overflow.pnm"))
    let result = try tool.run(["overflow.pnm", "pictures/\(Self.pictures[0])"], in: folder)
    #expect(result.exitCode == 1)
    #expect(result.error.contains("is not finite"))
  }

  /// As `find -print0` and `xargs -0` do; and what a list must not hold.
  @Test func listsOnStandardInput() throws {
    let names = Self.pictures.prefix(3).map { "pictures/\($0)" }
    func run(_ list: String, _ options: String...) throws -> (Int32, String, String) {
      try folder.write(Array(list.utf8), to: "list")
      let arguments = (["model.pnm", "-", "--format", "csv"] + options).joined(separator: " ")
      let code = try tool.shell("\"$0\" \(arguments) <list >out 2>err", in: folder)
      return (
        code, String(decoding: try folder.read("out"), as: UTF8.self),
        String(decoding: try folder.read("err"), as: UTF8.self)
      )
    }
    let lines = try run(names.joined(separator: "\n"))
    #expect(lines.0 == 0 && lines.1.split(separator: "\n").count == 4)
    for (list, option) in [
      (names.joined(separator: "\0"), "-0"), (names.joined(separator: "\0") + "\0", "--null"),
    ] {
      let found = try run(list, option)
      #expect(found.0 == 0 && found.1 == lines.1)
    }
    let marked = try run("\u{FEFF}" + names.joined(separator: "\r\n"))
    #expect(marked.0 == 0 && marked.1 == lines.1)
    let mixed = try run(names.joined(separator: "\0"))
    #expect(mixed.0 == 1 && mixed.2.contains("add -0"))
    #expect(mixed.1.split(separator: "\n").count == 2, "a header and an error")
    let long = try run("\(names[0])\n" + String(repeating: "x", count: 100_000))
    #expect(long.0 == 1 && long.2.contains("a line is longer than 65536 bytes"))
    #expect(long.1.contains(names[0]))
    let usage = try tool.run(["model.pnm", names[0], "-0"], in: folder)
    #expect(usage.exitCode == 2)
  }

  /// Where a user may have no more threads, the calling one does the work; a signal ends it.
  @Test(
    .enabled(if: Tool.canLimitProcesses, "needs root, prlimit and setpriv"),
    arguments: [1, 2, 3], [1, 8])
  func worksWithoutMoreThreads(processes: Int, threads: Int) throws {
    let limited =
      "timeout -k 1 30 prlimit --nproc=\(processes) setpriv --reuid 55001 --regid 55001 --clear-groups"
    let code = try tool.shell(
      "chmod 755 . pictures; chmod 644 model.pnm pictures/*; cp \"$0\" tool; chmod 755 tool; "
        + "\(limited) ./tool model.pnm pictures --threads \(threads) --format csv >out 2>err",
      in: folder)
    #expect(code != 124 && code != 137, "it hangs")
    let plain = try tool.run(["model.pnm", "pictures", "--format", "csv"], in: folder)
    #expect(try folder.read("out") == Data(plain.output.utf8))
    #expect(code == plain.exitCode)
  }

  /// An image that never comes: a FIFO that nobody writes.
  @Test(arguments: [("INT", 130), ("TERM", 143), ("HUP", 129)])
  func signalsEndAWaitForInput(signal: String, code: Int32) throws {
    let ended = try tool.shell(
      """
      set -m
      mkfifo list
      sleep 30 >list & writer=$!
      "$0" model.pnm - <list >out 2>err & tool=$!
      sleep 0.3
      start=$(date +%s%N)
      kill -\(signal) $tool; wait $tool; code=$?
      kill $writer
      [ $(( $(date +%s%N) - start )) -lt 1500000000 ] || exit 99
      exit $code
      """, in: folder)
    #expect(ended == code)
  }

  @Test func closedPipeEndsQuietly() throws {
    let list = String(repeating: "pictures/\(Self.pictures[0])\n", count: 3000)
    try folder.write(Array(list.utf8), to: "list")
    let code = try tool.shell(
      "\"$0\" model.pnm - --format jsonl <list 2>errors | head -n 1 >first; exit ${PIPESTATUS[0]}",
      in: folder)
    #expect(code == 0)
    #expect(try folder.read("errors").isEmpty)
    #expect(String(decoding: try folder.read("first"), as: UTF8.self).hasPrefix("{\"file\""))
  }

  @Test func interruptFinishesTheOutput() throws {
    let list = String(repeating: "pictures/\(Self.pictures[0])\n", count: 50_000)
    try folder.write(Array(list.utf8), to: "list")
    let process = Process()
    process.executableURL = Tool.products.appending(path: tool.name)
    process.arguments = ["model.pnm", "-", "--format", "json", "--batch", "1"]
    process.currentDirectoryURL = URL(filePath: folder.path)
    try folder.write([], to: "out")
    try folder.write([], to: "err")
    process.standardInput = try FileHandle(forReadingFrom: URL(filePath: folder.path("list")))
    process.standardOutput = try FileHandle(forWritingTo: URL(filePath: folder.path("out")))
    process.standardError = try FileHandle(forWritingTo: URL(filePath: folder.path("err")))
    try process.run()
    while try folder.read("out").count < 1000 { usleep(1000) }
    process.interrupt()
    process.waitUntilExit()
    #expect(process.terminationReason == .exit)
    #expect(process.terminationStatus == 130)
    let array = try JSONSerialization.jsonObject(with: folder.read("out")) as? [Any]
    #expect((1..<50_000).contains(array?.count ?? 0))
    #expect(String(decoding: try folder.read("err"), as: UTF8.self).contains("interrupted after"))
  }
}
