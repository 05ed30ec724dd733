import Foundation

/// The machine that runs the benchmark.
struct Machine {
  /// The processor's model name.
  let processor: String
  /// The number of logical processors.
  let processorCount: Int
  /// The version of the compiler in `PATH`, which SwiftPM builds with.
  let compiler: String

  /// This machine.
  static let current: Machine = {
    let compiler = try? Command.run(["swift", "--version"])
    let version = compiler?.output.split(whereSeparator: \.isNewline).first.map(String.init)
    return Machine(
      processor: processorName(
        (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? ""),
      processorCount: ProcessInfo.processInfo.processorCount, compiler: version ?? "unknown")
  }()

  /// The model name of the first processor in the text of `/proc/cpuinfo`.
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
