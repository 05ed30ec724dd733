import Dispatch
import Foundation
import PneumoTestSupport
import Synchronization
import Testing

@testable import PneumoCompute
@testable import PneumoConcurrency

@Suite struct InstructionSetTests {
  @Test func baselineIsAlwaysThere() {
    #expect(InstructionSet.available.first?.name == "baseline")
  }

  /// The table named by `PNEUMO_ISA` is selected; if it is not set, the best one.
  @Test func environmentForcesATable() throws {
    let wanted = ProcessInfo.processInfo.environment["PNEUMO_ISA"]
    let chosen = try InstructionSet.select().name
    #expect(chosen == wanted ?? InstructionSet.available.last?.name)
  }

  @Test func unknownNameListsWhatThisCPURuns() {
    let error = #expect(throws: ComputeError.self) { try InstructionSet.select("sse9") }
    #expect(error?.description.contains("'sse9'") == true)
    #expect(error?.description.contains("baseline") == true)
  }

  /// The operating system reports the same features, unless another CPU is emulated.
  @Test(.enabled(if: FileManager.default.isReadableFile(atPath: "/proc/cpuinfo")))
  func agreesWithTheOperatingSystem() throws {
    let text = try String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)
    let flags = Set(
      text.split(separator: "\n").first { $0.hasPrefix("flags") }?.split(separator: " ") ?? [])
    let names = InstructionSet.available.map(\.name)
    #expect(names.contains("avx2") == (flags.contains("avx2") && flags.contains("fma")))
    #expect(names.contains("avx512") == (flags.contains("avx512vl") && flags.contains("avx512bw")))
  }
}

@Suite struct ThreadCountTests {
  @Test(
    arguments: [
      ("150000 100000", 2), ("100000 100000", 1), ("50000 100000", 1), ("max 100000", nil),
      ("", nil), ("1 2 3", nil), ("-5 100000", nil),
    ] as [(String, Int?)])
  func readsTheQuotaOfVersion2(line: String, processors: Int?) throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try line.write(to: folder.appending(path: "cpu.max"), atomically: true, encoding: .utf8)
    #expect(ThreadCount.quota(root: folder.path, process: "/dev/null") == processors)
  }

  @Test func readsTheQuotaOfVersion1() throws {
    let root = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    let folder = root.appending(path: "cpu")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: root) }
    let quota = folder.appending(path: "cpu.cfs_quota_us")
    try "250000\n".write(to: quota, atomically: true, encoding: .utf8)
    try "100000\n".write(
      to: folder.appending(path: "cpu.cfs_period_us"), atomically: true, encoding: .utf8)
    #expect(ThreadCount.quota(root: root.path, process: "/dev/null") == 3)
    try "-1\n".write(to: quota, atomically: true, encoding: .utf8)
    #expect(ThreadCount.quota(root: root.path, process: "/dev/null") == nil)
  }

  /// The smallest quota of the process's group and its ancestors applies.
  @Test func readsTheQuotaOfNestedGroups() throws {
    let root = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    let inner = root.appending(path: "slice/unit")
    try FileManager.default.createDirectory(at: inner, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: root) }
    let process = root.appending(path: "cgroup")
    try "0::/slice/unit\n".write(to: process, atomically: true, encoding: .utf8)
    #expect(ThreadCount.quota(root: root.path, process: process.path) == nil)
    for (folder, text, expected) in [
      (inner, "400000 100000", 4), (root.appending(path: "slice"), "200000 100000", 2),
      (root, "max 100000", 2),
    ] {
      let file = folder.appending(path: "cpu.max")
      try text.write(to: file, atomically: true, encoding: .utf8)
      #expect(ThreadCount.quota(root: root.path, process: process.path) == expected)
    }
  }

  @Test func isNoMoreThanTheProcessors() throws {
    let count = try ThreadCount.preferred()
    #expect((1...ProcessInfo.processInfo.processorCount).contains(count))
  }
}

@Suite struct ParallelTests {
  @Test(arguments: [0, 1, 2, 7, 100], [1, 2, 4, 200])
  func runsEachIndexOnce(count: Int, threads: Int) {
    // Each index writes a separate element: ThreadSanitizer does not know Swift's locks.
    let done = UnsafeMutablePointer<Int>.allocate(capacity: max(count, 1))
    done.initialize(repeating: 0, count: max(count, 1))
    defer { done.deallocate() }
    nonisolated(unsafe) let places = done
    parallelFor(count, threads: threads) { index in places[index] += 1 }
    #expect((0..<count).allSatisfy { done[$0] == 1 })
  }

  /// Asks for more threads than there are processors, and more than libdispatch has for all serial
  /// queues of a process. The parallel loop must finish, and other queues must still run.
  @Test func takesNoThreadsFromOthers() async {
    await #expect(processExitsWith: .success) {
      let count = 2 * ThreadCount.maximum
      let done = Atomic(0)
      parallelFor(count, threads: count) { _ in done.wrappingAdd(1, ordering: .relaxed) }
      let isAlive = DispatchSemaphore(value: 0)
      DispatchQueue(label: "other").async { isAlive.signal() }
      #expect(isAlive.wait(timeout: .now() + 20) == .success)
      #expect(done.load(ordering: .relaxed) == count)
    }
  }

  @Test(arguments: [0, 1, 2, 7, 100], [1, 2, 4, 200])
  func mapsInOrder(count: Int, threads: Int) {
    #expect(parallelMap(count, threads: threads) { "\($0)" } == (0..<count).map { "\($0)" })
  }

  /// Each worker makes its own state once, and no two of them use one.
  @Test func eachWorkerHasItsState() {
    let states = Atomic(0)
    let owners = parallelMap(
      500, threads: 4, state: { states.wrappingAdd(1, ordering: .relaxed).newValue }
    ) { state, _ in
      sched_yield()
      return state
    }
    let count = states.load(ordering: .relaxed)
    #expect((1...4).contains(count))
    #expect(Set(owners).isSubset(of: 1...count))
  }

  @Test func callsMayBeNested() {
    let sums = parallelMap(20, threads: 4) { outer in
      parallelMap(20, threads: 4) { outer * $0 }.reduce(0, +)
    }
    #expect(sums == (0..<20).map { $0 * 190 })
  }

  #if os(Linux)
  /// Dispatch waits for ever for a thread that the system refuses: a limit on the processes of a user,
  /// which counts for all but root, leaves room for none, one or two more.
  @Test(
    .enabled(if: getuid() == 0, "needs root, to become a user with a limit"),
    .disabled(if: Sanitizer.isActive, "a sanitizer needs a thread of its own"), arguments: 1...3)
  func worksWhereNoThreadCanBeMade(limit: Int) async {
    await #expect(processExitsWith: .success) { [limit] in
      // A user without other processes.
      var limits = rlimit(rlim_cur: rlim_t(limit), rlim_max: rlim_t(limit))
      let result = withUnsafePointer(to: &limits) { setrlimit(__rlimit_resource_t(6), $0) }
      guard result == 0, setuid(61_000 + uid_t(getpid() % 4000)) == 0 else { exit(3) }
      alarm(20)
      for threads in [2, 8] {
        for _ in 0..<3 {
          let done = Atomic(0)
          parallelFor(100, threads: threads) { _ in done.wrappingAdd(1, ordering: .relaxed) }
          guard done.load(ordering: .relaxed) == 100 else { exit(4) }
        }
      }
    }
  }
  #endif
}
