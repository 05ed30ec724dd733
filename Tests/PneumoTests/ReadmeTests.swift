import Foundation
import Pneumo
import PneumoImaging
import PneumoTestSupport
import Testing

/// The README's program and the examples, compiled and run.
@Suite struct ReadmeTests {
  private static let root = URL(filePath: SharedFolder.packageRoot)

  /// The lines of each block of Swift in a document.
  private func blocks(_ document: String) throws -> [[Substring]] {
    let text = try String(contentsOf: Self.root.appending(path: document), encoding: .utf8)
    return text.components(separatedBy: "```swift\n").dropFirst().map { block in
      (block.components(separatedBy: "```").first ?? "").split(separator: "\n")
    }
  }

  private func lines(_ file: String) throws -> Set<String> {
    let text = try String(contentsOf: Self.root.appending(path: file), encoding: .utf8)
    return Set(text.split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) })
  }

  @Test func documentsShowTheExamples() throws {
    let article = "Sources/Runtime/Pneumo/Pneumo.docc/Articles/EmbeddingPneumo.md"
    let files = try lines("Tests/Examples/ClassifyFiles/main.swift")
    for block in [try blocks("README.md")[0], try blocks(article)[1]] {
      #expect(block.count > 8)
      for line in block {
        let line = line.trimmingCharacters(in: .whitespaces)
          .replacing("\"Models/pneumo.pnm\"", with: "model")
        #expect(files.contains(line), "\(line)")
      }
    }
    let service = try lines("Tests/Examples/ImageService/ImageService.swift")
    for line in try blocks(article)[2] {
      let line = line.trimmingCharacters(in: .whitespaces)
      #expect(service.contains(line), "\(line)")
    }
  }

  private func run(
    _ example: String, _ arguments: [String], input: FileHandle = .nullDevice
  ) throws -> String {
    let process = Process()
    let output = Pipe()
    process.executableURL = URL(filePath: CommandLine.arguments[0])
      .deletingLastPathComponent().appending(path: example)
    process.arguments = arguments
    process.standardInput = input
    process.standardOutput = output
    try process.run()
    let text = String(
      decoding: try output.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
    return text
  }

  @Test(.disabled(if: Sanitizer.isActive, "Foundation leaks when it starts processes"))
  func examplesPrintWhatASessionPredicts() throws {
    let folder = try TemporaryFolder()
    let model = try GraphBuilder.study(size: 48)
    let (path, image) = (folder.path("model.pnm"), folder.path("xray.jpeg"))
    try model.write(to: path)
    let drawing = PixelImage(
      width: 60, height: 50, channels: 1, pixels: (0..<3000).map { UInt8($0 % 251) })
    try folder.write(drawing.jpegBytes(quality: 90), to: "xray.jpeg")
    let pixels = try ImageLoader(model.preprocessing).load(image)
    let prediction = try Session(model).predict(pixels)[0]
    let expected = "\(prediction.label) \(prediction.probability)\n"
    #expect(prediction.probability > 0 && prediction.probability < 1)

    let files = try run("example-classify-files", [path, image, folder.path("none.jpeg")])
    #expect(
      files
        == "\(image) \(expected)\(folder.path("none.jpeg")): cannot open: No such file or directory\n"
    )
    let handle = try FileHandle(forReadingFrom: URL(filePath: image))
    #expect(try run("example-image-service", [path], input: handle) == "200 \(expected)")
    #expect(try run("example-image-service", [path]).hasPrefix("415 "))
  }
}
