import Foundation
import PneumoTestSupport
import Testing

/// Invariant: `Session.run` allocates nothing after its first call.
///
/// `session-probe` counts, in a process of its own: see `Tests/SessionProbe`.
@Suite struct AllocationTests {
  @Test(
    .enabled(if: isCounting, "needs glibc, and no sanitizer, which brings its own allocator"),
    arguments: [1, 2], [1, 3, 16])
  func runAllocatesNothingAfterItsFirstCall(threads: Int, batch: Int) throws {
    let counts = try allocations(threads: threads, batch: batch)
    #expect(counts.before > 0, "the session itself takes memory: nothing was counted")
    #expect(counts.after == 0)
  }

  private static let isCounting: Bool = {
    #if !canImport(Darwin)
    ["__asan_init", "__tsan_init"].allSatisfy { (symbol: String) in dlsym(nil, symbol) == nil }
    #else
    false
    #endif
  }()

  /// Calls of `malloc` and its relatives until the end of the first of ten runs, and after it.
  private func allocations(threads: Int, batch: Int) throws -> (before: Int, after: Int) {
    let process = Process()
    let output = Pipe()
    process.executableURL = URL(filePath: CommandLine.arguments[0])
      .deletingLastPathComponent().appending(path: "session-probe")
    process.arguments = [
      "\(SharedFolder.packageRoot)/Models/study150.pnm", "\(threads)", "\(batch)", "10",
    ]
    process.standardOutput = output
    try process.run()
    let text = String(
      decoding: try output.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
    let counts = text.split(whereSeparator: \.isWhitespace).compactMap { Int($0) }
    try #require(counts.count == 2, "session-probe printed '\(text)'")
    return (counts[0], counts[1])
  }
}
