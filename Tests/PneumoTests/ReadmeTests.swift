import Foundation
import Pneumo
import PneumoImaging
import PneumoTestSupport
import Testing

/// The README's program, compiled and run.
@Suite struct ReadmeTests {
  private static let packageRoot = URL(filePath: SharedFolder.packageRoot)

  @Test func exampleIsWhatIsTestedHere() throws {
    let readme = try text("README.md")
    let block = try #require(readme.components(separatedBy: "```swift\n").dropFirst().first)
    let example = try #require(block.components(separatedBy: "```").first)
    let here = try text("Tests/PneumoTests/ReadmeTests.swift")
    for line in example.split(separator: "\n") where !line.isEmpty {
      let tested = line.replacing("\"Models/pneumo.pnm\"", with: "path")
        .replacing("\"xray.jpeg\"", with: "picture")
      #expect(here.contains(tested), "\(line)")
    }
    #expect(example.split(separator: "\n").count < 10)
  }

  @Test func exampleRuns() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let path = folder.appending(path: "model.pnm").path
    let picture = folder.appending(path: "xray.jpeg").path
    try GraphBuilder.study(size: 48).write(to: path)
    let drawing = PixelImage(
      width: 60, height: 50, channels: 1, pixels: (0..<3000).map { UInt8($0 % 251) })
    try Data(drawing.jpegBytes(quality: 90)).write(to: URL(filePath: picture))

    // The README's lines, but for the two names.
    let model = try Model(contentsOf: path)
    let session = try Session(model)
    let pixels = try ImageLoader(model.preprocessing).load(picture)
    for prediction in try session.predict(pixels) {
      print(prediction.label, prediction.probability)
    }
    #expect(try session.predict(pixels).count == 1)
  }

  private func text(_ name: String) throws -> String {
    try String(contentsOf: Self.packageRoot.appending(path: name), encoding: .utf8)
  }
}
