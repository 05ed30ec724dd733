import Foundation
import Pneumo
import PneumoImaging
import PneumoPhantom
import PneumoSupport
import PneumoTestSupport
import Testing

/// What the tools refuse to write over, and when they say so.
@Suite struct OutputTests {
  private let folder: TemporaryFolder
  private let scores =
    "path,label,probability,comment\n"
    + (0..<40).map { "f\($0),\($0 % 2),0.\($0 + 10),mine\n" }.joined()

  init() throws {
    folder = try TemporaryFolder()
    try folder.write(Array(scores.utf8), to: "predictions.csv")
    try GraphBuilder.study(size: 48).write(to: folder.path("m.pnm"))
    for index in 0..<8 {
      let phantom = Phantom(seed: 4, index: index, longSide: 64)
      let drawing = phantom.draw()
      let image = PixelImage(
        width: drawing.width, height: drawing.height, channels: drawing.channels,
        pixels: drawing.pixels)
      try folder.write(
        image.jpegBytes(quality: 90), to: "data/\(phantom.finding.rawValue)/p\(index).jpeg")
    }
    try folder.write([7], to: "picture.svg")
    try folder.write(
      Array("<svg xmlns=\"http://www.w3.org/2000/svg\"><title>mine</title></svg>".utf8),
      to: "drawing.svg")
    try folder.write([7], to: "page.html")
    try folder.write(Array("{}".utf8), to: "run/metrics.json")
    try folder.write(Array("{}".utf8), to: "run/run.json")
  }

  /// All files, with what is in them.
  private func files() throws -> [String: Data] {
    let names = try FileManager.default.subpathsOfDirectory(atPath: folder.path)
    return try names.reduce(into: [:]) { files, name in
      var isFolder: ObjCBool = false
      _ = FileManager.default.fileExists(atPath: folder.path(name), isDirectory: &isFolder)
      if !isFolder.boolValue { files[name] = try folder.read(name) }
    }
  }

  @Test(arguments: [
    ("pneumo-eval --predictions predictions.csv -o .", "is read by this run"),
    ("pneumo-eval --predictions predictions.csv -o run", "holds metrics.json"),
    ("pneumo-eval --predictions predictions.csv -o m.pnm", "is not a folder"),
    ("pneumo-eval --predictions predictions.csv -o m.pnm/x", "m.pnm is not a folder"),
    ("pneumo-eval m.pnm data -o data/report", "lies in data"),
    ("pneumo-eval m.pnm data -o data", "lies in data"),
    (
      "pneumo-eval m.pnm data --choose youden --save-threshold picture.svg",
      "is not a .pnm model"
    ),
    ("pneumo-eval m.pnm data --choose youden --save-threshold m.pnm", "is read by this run"),
    ("pneumo-eval m.pnm data --choose youden --save-threshold none/m.pnm", "none/m.pnm: "),
    ("pneumo-data census data --svg picture.svg", "is not a drawing made by Pneumo"),
    ("pneumo-data census data --svg drawing.svg", "is not a drawing made by Pneumo"),
    ("pneumo-data census data --svg data/NORMAL", "not a regular file"),
    ("pneumo-data gallery data -o page.html", "is not a page made by pneumo-data"),
    ("pneumo-convert predictions.csv picture.svg", "is not a .pnm model"),
  ])
  func whatWouldBeLostIsRefusedAtTheStart(command: String, reason: String) throws {
    let before = try files()
    let words = command.split(separator: " ").map(String.init)
    let result = try Tool(name: words[0]).run(Array(words.dropFirst()), in: folder)
    #expect(result.exitCode == 1)
    #expect(result.error.contains(reason), "\(result.error)")
    #expect(result.output.isEmpty, "it was computed before it was refused")
    #expect(try files() == before)
  }

  /// The report and the model would take turns in one file.
  @Test func outputsDoNotReplaceEachOther() throws {
    for path in ["report/index.html", "report/../report/metrics.json"] {
      let before = try files()
      let result = try Tool(name: "pneumo-eval").run(
        ["m.pnm", "data", "--choose", "youden", "-o", "report", "--save-threshold", path],
        in: folder)
      #expect(result.exitCode == 2 || result.exitCode == 1)
      #expect(!result.error.isEmpty && result.output.isEmpty)
      #expect(try files() == before)
    }
    try FileManager.default.createDirectory(
      atPath: folder.path("report"), withIntermediateDirectories: true)
    let result = try Tool(name: "pneumo-eval").run(
      [
        "m.pnm", "data", "--choose", "youden", "-o", "report", "--save-threshold",
        "report/index.html",
      ], in: folder)
    #expect(result.exitCode == 2)
    #expect(result.error.contains("a file of the report"), "\(result.error)")
  }

  @Test func ownOutputsAreReplaced() throws {
    let evaluation = Tool(name: "pneumo-eval")
    let arguments = ["--predictions", "predictions.csv", "--resamples", "50", "-o", "report"]
    let first = try evaluation.run(arguments, in: folder)
    #expect(first.exitCode == 0 && !first.output.contains("replaced"), "\(first.error)")
    let second = try evaluation.run(arguments, in: folder)
    #expect(second.exitCode == 0 && second.output.contains("the report that was there is replaced"))
    // Its own predictions, back into its own folder, would replace what is read.
    let third = try evaluation.run(
      ["--predictions", "report/predictions.csv", "-o", "report"], in: folder)
    #expect(third.exitCode == 1)
    let data = Tool(name: "pneumo-data")
    for arguments in [
      ["gallery", "data", "-o", "g.html"], ["census", "data", "--svg", "census.svg"],
    ] {
      #expect(try data.run(arguments, in: folder).exitCode == 0)
      #expect(try data.run(arguments, in: folder).exitCode == 0)
    }
  }

  /// Labels and names of columns can neither move the cursor nor begin a line.
  @Test func labelsReachTheTerminalEscaped() throws {
    let label = "B\u{1B}[31m\u{1B}]0;TITLE\u{7}\u{202E}"
    let lines = (0..<6).map { "f\($0),\($0 % 2 == 0 ? "A" : "\"\(label)\nX\""),0.\($0 + 1)\n" }
    try folder.write(Array(("path,label,probability\n" + lines.joined()).utf8), to: "s.csv")
    let result = try Tool(name: "pneumo-eval").run(["--predictions", "s.csv"], in: folder)
    #expect(result.exitCode == 0, "\(result.error)")
    #expect(result.output.contains("3 B\\u{1b}[31m\\u{1b}]0;TITLE\\u{7}\\u{202e}\\u{a}X"))
    for text in [result.output, result.error] {
      #expect(!text.unicodeScalars.contains { $0.isUnsafeToPrint && $0 != "\n" })
      #expect(!text.contains("\nX"))
    }
  }
}
