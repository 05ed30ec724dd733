import Foundation

/// What the measurements were made on.
struct Machine {
  /// What the processor calls itself.
  let processor: String
  /// Processors that the system has.
  let processorCount: Int
  /// The compiler on the path, which SwiftPM builds with.
  let compiler: String

  /// Asks the system.
  static let current: Machine = {
    let compiler = try? Command.run(["swift", "--version"])
    let version = compiler?.output.split(whereSeparator: \.isNewline).first.map(String.init)
    return Machine(
      processor: processorName(
        (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? ""),
      processorCount: ProcessInfo.processInfo.processorCount, compiler: version ?? "unknown")
  }()

  /// The first processor's name in the text of `/proc/cpuinfo`.
  static func processorName(_ text: String) -> String {
    for line in text.split(whereSeparator: \.isNewline) {
      let parts = line.split(separator: ":", maxSplits: 1)
      if parts.count == 2, parts[0].hasPrefix("model name") {
        return parts[1].trimmingCharacters(in: .whitespaces)
      }
    }
    return "unknown processor"
  }
}
