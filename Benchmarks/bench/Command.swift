import Foundation

/// A program that is run to its end.
enum Command {
  /// What became of it.
  struct Result {
    /// What it wrote.
    let output: String
    /// What it complained of.
    let error: String
    /// 0 where all was good.
    let exitCode: Int32

    /// The last line of the complaint, for a message of one line.
    var reason: String {
      let line = error.split(whereSeparator: \.isNewline).last ?? "exit code \(exitCode)"
      return String(line.prefix(200))
    }
  }

  /// Runs a program, looked up in `PATH`, and waits for it.
  ///
  /// - Parameter environment: set in addition to that of this process.
  static func run(_ words: [String], environment: [String: String] = [:]) throws -> Result {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = words
    process.environment = ProcessInfo.processInfo.environment
      .merging(environment) { _, new in new }
    // A file, for two pipes that are read one after the other could fill up.
    let errors = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    try Data().write(to: errors)
    defer { try? FileManager.default.removeItem(at: errors) }
    let output = Pipe()
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = output
    process.standardError = try FileHandle(forWritingTo: errors)
    try process.run()
    let written = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return Result(
      output: String(decoding: written, as: UTF8.self),
      error: String(decoding: try Data(contentsOf: errors), as: UTF8.self),
      exitCode: process.terminationStatus)
  }
}
