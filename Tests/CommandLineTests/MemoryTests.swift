import Foundation
import PneumoTestSupport
import Testing

/// However long a list is, `pneumo-infer` takes the same memory.
@Suite struct MemoryTests {
  #if os(Linux)
  @Test func longListsTakeNoMoreMemory() throws {
    let folder = try TemporaryFolder()
    let tests = "\(SharedFolder.packageRoot)/Tests"
    let process = Process()
    process.executableURL = Tool.products.appending(path: "pneumo-infer")
    process.arguments = [
      "\(tests)/PneumoModelTests/Fixtures/tiny-classifier.pnm", "-", "--format", "jsonl",
    ]
    try folder.write([], to: "answers")
    let input = Pipe()
    process.standardInput = input
    process.standardOutput = try FileHandle(
      forWritingTo: URL(filePath: folder.path("answers")))
    try process.run()
    defer { process.waitUntilExit() }
    defer { try? input.fileHandleForWriting.close() }

    /// Sends `count` images, waits until `total` are answered, and tells the peak in KiB.
    func peak(sending count: Int, total: Int) throws -> Int {
      for index in 0..<count {
        let name = InferTests.pictures[index % InferTests.pictures.count]
        let line = "\(tests)/PneumoImagingTests/Fixtures/\(name)\n"
        try input.fileHandleForWriting.write(contentsOf: Data(line.utf8))
      }
      while try folder.read("answers").count(where: { $0 == UInt8(ascii: "\n") }) < total {
        try #require(process.isRunning)
        usleep(10_000)
      }
      let file = "/proc/\(process.processIdentifier)/status"
      let status = try String(contentsOfFile: file, encoding: .utf8)
      let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
      return try #require(line?.split(separator: " ").dropFirst().first.flatMap { Int($0) })
    }
    // Every thread has met every picture in the first ones.
    let early = try peak(sending: 500, total: 500)
    let late = try peak(sending: 3000, total: 3500)
    // Seven hundred bytes an image would be seen.
    #expect(late - early < 2048, "\(early) KiB after 500 images, \(late) KiB after 3500")
  }
  #endif
}
