import Foundation

/// Runs a program to completion.
enum Command {
  /// The outcome of a run.
  struct Result {
    /// Standard output.
    let output: String
    /// Standard error.
    let error: String
    /// 0 on success.
    let exitCode: Int32

    /// The last line of standard error, for a one-line message.
    var reason: String {
      let line = error.split(whereSeparator: \.isNewline).last ?? "exit code \(exitCode)"
      return String(line.prefix(200))
    }
  }

  /// Runs a program, looked up in `PATH`, and waits for it to exit.
  ///
  /// - Parameters:
  ///   - arguments: the program, followed by its arguments.
  ///   - environment: variables to set in addition to those of this process.
  static func run(_ arguments: [String], environment: [String: String] = [:]) throws -> Result {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = arguments
    process.environment = ProcessInfo.processInfo.environment
      .merging(environment) { _, new in new }
    // Standard error goes to a file: of two pipes read one after the other, the second could fill
    // up and block the program.
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
