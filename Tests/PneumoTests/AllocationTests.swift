import Foundation
import PneumoTestSupport
import Testing

/// Invariant: after its first call, `Session.run` allocates no tensors, and nothing at all on one
/// thread.
///
/// `session-probe` counts, in a process of its own: see `Tests/SessionProbe`.
@Suite(.enabled(if: isCounting, "needs glibc, and no sanitizer, which brings its own allocator"))
struct AllocationTests {
  @Test(arguments: [1, 3, 16]) func oneThreadAllocatesNothingAfterTheFirstCall(batch: Int) throws {
    let allocations = try allocations(threads: 1, batch: batch)
    #expect(allocations.before > 0, "the session itself takes memory: nothing was counted")
    #expect(allocations.count == 0)
    #expect(allocations.byteCount == 0)
  }

  /// Dispatch notes what it hands out, some 200 bytes a run, and starts threads again that it has
  /// ended meanwhile. The activations would be megabytes.
  @Test(arguments: [1, 3, 16]) func moreThreadsAllocateOnlyWhatDispatchNeeds(batch: Int) throws {
    let allocations = try allocations(threads: 2, batch: batch)
    #expect(allocations.before > 0, "the session itself takes memory: nothing was counted")
    #expect(allocations.byteCount < laterRuns * 2048)
  }

  /// How many runs follow the first.
  private let laterRuns = 9

  /// Calls of `malloc` and its relatives until the end of the first run, and in the later ones.
  private func allocations(
    threads: Int, batch: Int
  ) throws -> (before: Int, count: Int, byteCount: Int) {
    let process = Process()
    let output = Pipe()
    process.executableURL = URL(filePath: CommandLine.arguments[0])
      .deletingLastPathComponent().appending(path: "session-probe")
    process.arguments = [
      "\(SharedFolder.packageRoot)/Models/study150.pnm", "\(threads)", "\(batch)",
      "\(1 + laterRuns)",
    ]
    process.standardOutput = output
    try process.run()
    let text = String(
      decoding: try output.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
    let counts = text.split(whereSeparator: \.isWhitespace).compactMap { Int($0) }
    try #require(counts.count == 3, "session-probe printed '\(text)'")
    return (counts[0], counts[1], counts[2])
  }
}

private let isCounting: Bool = {
  #if !canImport(Darwin)
  !Sanitizer.isActive
  #else
  false
  #endif
}()
