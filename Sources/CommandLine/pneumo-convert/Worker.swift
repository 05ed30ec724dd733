import PneumoConsole
import PneumoSystem

/// The child of this process that reads the file and writes the model.
///
/// libhdf5 (1.10.8 at least) follows damaged offsets in its heaps of strings to wherever they lead:
/// it stops with a signal, or never comes back. Nothing can be checked before it does. Reading the
/// file on trial says little, since where an offset leads differs from process to process. So all
/// is done by a child, and this process tells how it ended.
enum Worker {
  enum End {
    case exit(Int32)
    case signal(Int32)
  }

  /// Starts this program with `arguments` and waits for its end; `nil` where it cannot be started.
  ///
  /// What it writes to standard error is passed on, unless a signal ends it: the C library may have
  /// had a last word then, and this process tells how it ended.
  static func run(_ arguments: [String]) -> End? {
    #if !canImport(Darwin)
    let program = "/proc/self/exe"
    #else
    let program = CommandLine.arguments[0]
    #endif
    // Read by the child's Swift runtime: a signal is told here, in one line.
    setenv("SWIFT_BACKTRACE", "enable=no", 1)
    var words = ([CommandLine.arguments[0]] + arguments).map { strdup($0) } + [nil]
    defer { for word in words { free(word) } }
    var ends: [Int32] = [0, 0]
    guard pipe(&ends) == 0 else { return nil }
    #if !canImport(Darwin)
    var actions = posix_spawn_file_actions_t()
    #else
    var actions: posix_spawn_file_actions_t?
    #endif
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_adddup2(&actions, ends[1], 2)
    posix_spawn_file_actions_addclose(&actions, ends[0])
    posix_spawn_file_actions_addclose(&actions, ends[1])
    var child = pid_t()
    let isStarted = posix_spawnp(&child, program, &actions, nil, &words, environ) == 0
    close(ends[1])
    let errors = isStarted ? readAll(ends[0]) : []
    close(ends[0])
    guard isStarted else { return nil }
    var status: Int32 = 0
    while waitpid(child, &status, 0) < 0 {
      guard errno == EINTR else { return nil }
    }
    // The low seven bits of a status are the signal, 0 after an exit.
    let signal = status & 0x7F
    guard signal == 0 else { return .signal(signal) }
    StandardStream.error.write(String(decoding: errors, as: UTF8.self))
    return .exit(status >> 8 & 0xFF)
  }

  /// All bytes until the other end is closed, or reading fails.
  private static func readAll(_ file: Int32) -> [UInt8] {
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 4096)
    while true {
      let count = read(file, &buffer, buffer.count)
      if count > 0 { bytes += buffer[..<count] }
      guard count > 0 || count < 0 && errno == EINTR else { return bytes }
    }
  }

  /// Runs `body`, which reads a file of `byteCount` bytes, with bounds on what this process takes.
  ///
  /// 10 seconds of processor time, and one more for each 16 MiB, which take 0.1; 8 GiB of address
  /// space, four times the largest file that is read; and no core file.
  static func limitingResources<Result, Failure>(
    byteCount: Int, _ body: () throws(Failure) -> Result
  ) throws(Failure) -> Result {
    // A parent may have started this program with signals blocked.
    var signals = sigset_t()
    sigemptyset(&signals)
    sigprocmask(SIG_SETMASK, &signals, nil)
    #if !canImport(Darwin)
    // Constants of an enumeration there, which the functions take as numbers.
    let (core, space, time) = (
      Int32(RLIMIT_CORE.rawValue), Int32(RLIMIT_AS.rawValue), Int32(RLIMIT_CPU.rawValue)
    )
    #else
    let (core, space, time) = (RLIMIT_CORE, RLIMIT_AS, RLIMIT_CPU)
    #endif
    setSoftLimit(of: core, to: 0)
    let spaceBefore = setSoftLimit(of: space, to: 1 << 33)
    let timeBefore = setSoftLimit(of: time, to: 10 + rlim_t(max(byteCount, 0) >> 24))
    defer {
      setSoftLimit(of: space, to: spaceBefore)
      setSoftLimit(of: time, to: timeBefore)
    }
    return try body()
  }

  /// Answers the limit before.
  @discardableResult
  private static func setSoftLimit(of resource: Int32, to value: rlim_t) -> rlim_t {
    var limits = rlimit()
    getrlimit(resource, &limits)
    let before = limits.rlim_cur
    limits.rlim_cur = min(value, limits.rlim_max)
    setrlimit(resource, &limits)
    return before
  }
}
