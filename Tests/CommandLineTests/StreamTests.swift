import Foundation
import PneumoTestSupport
import Testing

/// Standard streams that are full or closed, for all tools.
@Suite struct StreamTests {
  private static let tools = [
    "pneumo-infer", "pneumo-convert", "pneumo-train", "pneumo-eval", "pneumo-data",
  ]

  @Test(arguments: tools, [">/dev/full", ">&-"])
  func outputThatCannotBeWrittenIsAnError(tool: String, redirection: String) throws {
    let folder = try TemporaryFolder()
    let code = try Tool(name: tool).shell("\"$0\" --help \(redirection) 2>errors", in: folder)
    let errors = String(decoding: try folder.read("errors"), as: UTF8.self)
    #expect(code == 1)
    let reason =
      redirection == ">&-" ? "Bad file descriptor" : "No space left on device"
    #expect(errors == "\(tool): standard output: \(reason)\n")
  }

  @Test(arguments: tools)
  func aReaderWhoHasGoneIsNone(tool: String) throws {
    let folder = try TemporaryFolder()
    let script = "{ sleep 0.2; \"$0\" --help 2>errors; echo $? >code; } | true"
    #expect(try Tool(name: tool).shell(script, in: folder) == 0)
    #expect(String(decoding: try folder.read("code"), as: UTF8.self) == "0\n")
    #expect(try folder.read("errors").isEmpty)
  }

  /// Else the first file that a tool opens would be its standard output.
  @Test func filesAreNotOpenedAsClosedStreams() throws {
    let folder = try TemporaryFolder()
    let script = "\"$0\" phantom drawings --count 3 <&- >&- 2>&-"
    #expect(try Tool(name: "pneumo-data").shell(script, in: folder) == 1)
    let files = FileManager.default.enumerator(atPath: folder.path("drawings"))?.allObjects ?? []
    let drawings = files.compactMap { $0 as? String }.filter { $0.hasSuffix(".jpeg") }
    #expect(drawings.count == 3)
    for name in drawings {
      let bytes = try folder.read("drawings/\(name)")
      #expect(bytes.starts(with: [0xFF, 0xD8]) && bytes.suffix(2) == Data([0xFF, 0xD9]))
    }
  }

  /// SIGTERM, Ctrl-C and a closed terminal end a tool that waits, in less than a second.
  @Test(arguments: [SIGINT, SIGTERM, SIGHUP])
  func signalsEndAWait(signal: CInt) throws {
    let folder = try TemporaryFolder()
    let fixture =
      "\(SharedFolder.packageRoot)/Tests/PneumoModelTests/Fixtures/tiny-classifier.pnm"
    let process = Process()
    process.executableURL = Tool.products.appending(path: "pneumo-infer")
    process.arguments = [fixture, "-", "--format", "json"]
    process.currentDirectoryURL = URL(filePath: folder.path)
    let (input, output) = (Pipe(), Pipe())
    process.standardInput = input
    process.standardOutput = output
    try process.run()
    _ = output.fileHandleForReading.availableData  // it has started
    let start = ContinuousClock.now
    kill(process.processIdentifier, signal)
    process.waitUntilExit()
    #expect(ContinuousClock.now - start < .seconds(1))
    #expect(process.terminationReason == .exit)
    #expect(process.terminationStatus == 128 + signal)
    try input.fileHandleForWriting.close()
  }

  /// A pipe that nobody reads is full after 64 KiB.
  @Test func aSignalEndsAWaitForAReader() throws {
    let folder = try TemporaryFolder()
    let fixture =
      "\(SharedFolder.packageRoot)/Tests/PneumoModelTests/Fixtures/tiny-classifier.pnm"
    let list = (0..<3000).map { "no/such/image/\($0).jpeg\n" }.joined()
    try folder.write(Array(list.utf8), to: "list")
    let process = Process()
    process.executableURL = Tool.products.appending(path: "pneumo-infer")
    process.arguments = [fixture, "-", "--format", "jsonl"]
    process.standardInput = try FileHandle(forReadingFrom: URL(filePath: folder.path("list")))
    process.standardOutput = Pipe()
    process.standardError = FileHandle.nullDevice
    try process.run()
    usleep(500_000)
    #expect(process.isRunning)
    let start = ContinuousClock.now
    process.terminate()
    process.waitUntilExit()
    #expect(ContinuousClock.now - start < .seconds(1))
    #expect(process.terminationStatus == 128 + SIGTERM)
  }
}
