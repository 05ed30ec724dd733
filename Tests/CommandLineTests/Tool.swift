import Foundation
import PneumoTestSupport

/// A built command-line tool, run as its users run it.
struct Tool {
  let name: String

  struct Result {
    let output: String
    let error: String
    let exitCode: Int32
  }

  /// Runs the tool in `folder` and waits for its end.
  ///
  /// - Parameter environment: set in addition to that of the tests.
  func run(
    _ arguments: [String], in folder: TemporaryFolder, input: String = "",
    environment: [String: String] = [:]
  ) throws -> Result {
    let process = Process()
    process.executableURL = Self.products.appending(path: name)
    process.arguments = arguments
    process.currentDirectoryURL = URL(filePath: folder.path)
    process.environment = ProcessInfo.processInfo.environment
      .merging(environment) { _, new in new }
    // Files, not pipes: a pipe that fills up would stop the tool.
    let stem = UUID().uuidString
    let files = try ["in", "out", "err"].map { name in
      let url = FileManager.default.temporaryDirectory.appending(path: "\(stem).\(name)")
      try Data((name == "in" ? input : "").utf8).write(to: url)
      return url
    }
    defer { for file in files { try? FileManager.default.removeItem(at: file) } }
    process.standardInput = try FileHandle(forReadingFrom: files[0])
    process.standardOutput = try FileHandle(forWritingTo: files[1])
    process.standardError = try FileHandle(forWritingTo: files[2])
    try process.run()
    process.waitUntilExit()
    return Result(
      output: String(decoding: try Data(contentsOf: files[1]), as: UTF8.self),
      error: String(decoding: try Data(contentsOf: files[2]), as: UTF8.self),
      exitCode: process.terminationStatus)
  }

  /// Runs a script of bash in `folder`, for what a single process cannot show: pipes, limits, bytes
  /// that are no text. The tool is its `$0`.
  ///
  /// - Returns: the exit code of the script.
  func shell(_ script: String, in folder: TemporaryFolder) throws -> Int32 {
    let process = Process()
    process.executableURL = URL(filePath: "/bin/bash")
    process.currentDirectoryURL = URL(filePath: folder.path)
    process.arguments = ["-c", script, Self.products.appending(path: name).path]
    try process.run()
    process.waitUntilExit()
    return process.terminationStatus
  }

  /// Whether a test may run the tool as a user who can have no more processes.
  static let canLimitProcesses =
    getuid() == 0
    && ["prlimit", "setpriv"].allSatisfy { name in
      ["/usr/bin/", "/bin/"].contains {
        FileManager.default.isExecutableFile(atPath: $0 + name)
      }
    }

  /// Where the tests themselves were built, and the tools beside them.
  static let products: URL = {
    let tests = URL(filePath: CommandLine.arguments[0])
    return tests.deletingLastPathComponent()
  }()
}
