import Dispatch
import PneumoConsole
import PneumoSupport
import PneumoSystem

/// The child of this process that reads the file and makes the model.
///
/// libhdf5 (1.10.8 at least) follows damaged offsets in its heaps of strings to wherever they lead:
/// it stops with a signal, or never comes back. Nothing can be checked before it does. Reading the
/// file on trial says little, since where an offset leads differs from process to process. So a child
/// makes the model, within limits that follow from the size of the file, and sends it through its
/// standard output. Only this process writes the file: where it ends, nothing is written any more.
enum Worker {
  /// What a conversion gives.
  struct Product {
    let report: String
    /// The bytes of the `.pnm` file.
    let model: [UInt8]
  }

  enum End {
    case product(Product)
    case exit(Int32)
    case signal(Int32)
  }

  /// Starts this program with `arguments` and waits for its end; `nil` where it cannot be started.
  ///
  /// What it writes to standard error is passed on, unless a signal ends it: the C library may have
  /// had a last word then, and this process tells how it ended.
  static func run(_ arguments: [String]) -> End? {
    #if os(Linux)
    let program = "/proc/self/exe"
    #else
    let program = CommandLine.arguments[0]
    #endif
    // Read by the child's Swift runtime: a signal is told here, in one line.
    setenv("SWIFT_BACKTRACE", "enable=no", 1)
    var words = ([CommandLine.arguments[0]] + arguments).map { strdup($0) } + [nil]
    defer { for word in words { free(word) } }
    guard let output = Pipe(), let errors = Pipe() else { return nil }
    #if canImport(Darwin)
    var actions: posix_spawn_file_actions_t?
    #else
    var actions = posix_spawn_file_actions_t()
    #endif
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    for (pipe, descriptor) in [(output, STDOUT_FILENO), (errors, STDERR_FILENO)] {
      posix_spawn_file_actions_adddup2(&actions, pipe.writing, descriptor)
    }
    for pipe in [output, errors] {
      posix_spawn_file_actions_addclose(&actions, pipe.reading)
      posix_spawn_file_actions_addclose(&actions, pipe.writing)
    }
    var child = pid_t()
    let isStarted = posix_spawnp(&child, program, &actions, nil, &words, environ) == 0
    close(output.writing)
    close(errors.writing)
    let texts = isStarted ? readAll([output.reading, errors.reading]) : [[], []]
    close(output.reading)
    close(errors.reading)
    guard isStarted else { return nil }
    var status: Int32 = 0
    while waitpid(child, &status, 0) < 0 {
      guard errno == EINTR else { return nil }
    }
    // The low seven bits of a status are the signal, 0 after an exit.
    let signal = status & 0x7F
    guard signal == 0 else { return .signal(signal) }
    StandardStream.error.write(ConsoleText(lines: String(decoding: texts[1], as: UTF8.self)))
    let code = status >> 8 & 0xFF
    guard code == 0 else { return .exit(code) }
    guard let product = Product(texts[0]) else { return .exit(1) }
    return .product(product)
  }

  private struct Pipe {
    let reading, writing: Int32

    init?() {
      var ends: [Int32] = [0, 0]
      guard pipe(&ends) == 0 else { return nil }
      (reading, writing) = (ends[0], ends[1])
    }
  }

  /// All bytes of each of `files` until their other ends are closed, or reading fails.
  private static func readAll(_ files: [Int32]) -> [[UInt8]] {
    var texts = [[UInt8]](repeating: [], count: files.count)
    var requests = files.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while requests.contains(where: { $0.fd >= 0 }) {
      guard poll(&requests, nfds_t(requests.count), -1) >= 0 || errno == EINTR else { break }
      for index in requests.indices where requests[index].fd >= 0 && requests[index].revents != 0 {
        let count = read(requests[index].fd, &buffer, buffer.count)
        if count > 0 {
          texts[index] += buffer[..<count]
        } else if count == 0 || errno != EINTR {
          requests[index].fd = -1
        }
      }
    }
    return texts
  }

  // MARK: In the child

  /// Ends this process as soon as its parent has ended, which nobody can wait for otherwise.
  static func endWithParent() {
    DispatchQueue.global().async {
      // No event is asked for: the end of the reader alone ends the wait.
      var request = pollfd(fd: STDOUT_FILENO, events: 0, revents: 0)
      while poll(&request, 1, -1) <= 0 {}
      _exit(1)
    }
  }

  /// Seconds of processor time for a file of `byteCount` bytes.
  static func timeLimit(byteCount: Int) -> Int { 2 + max(byteCount, 0) >> 20 }

  /// Runs `body`, which reads a file of `byteCount` bytes, with bounds on what this process takes.
  ///
  /// Processor time as of ``timeLimit(byteCount:)``; address space of 256 MiB and four times the
  /// file, beyond what the program itself takes; and no core file.
  static func limitingResources<Result, Failure>(
    byteCount: Int, _ body: () throws(Failure) -> Result
  ) throws(Failure) -> Result {
    // A parent may have started this program with signals blocked.
    var signals = sigset_t()
    sigemptyset(&signals)
    sigprocmask(SIG_SETMASK, &signals, nil)
    #if canImport(Glibc)
    // Constants of an enumeration there, which the functions take as numbers.
    let (core, space, time) = (
      Int32(RLIMIT_CORE.rawValue), Int32(RLIMIT_AS.rawValue), Int32(RLIMIT_CPU.rawValue)
    )
    #else
    let (core, space, time) = (RLIMIT_CORE, RLIMIT_AS, RLIMIT_CPU)
    #endif
    setSoftLimit(of: core, to: 0)
    let spaceBefore = addressSpace.map {
      setSoftLimit(of: space, to: rlim_t($0 + 1 << 28 + 4 * max(byteCount, 0)))
    }
    let timeBefore = setSoftLimit(of: time, to: rlim_t(timeLimit(byteCount: byteCount)))
    defer {
      if let spaceBefore { setSoftLimit(of: space, to: spaceBefore) }
      setSoftLimit(of: time, to: timeBefore)
    }
    return try body()
  }

  /// Bytes of address space that this process takes; `nil` where the system does not tell.
  private static var addressSpace: Int? {
    guard let file = fopen("/proc/self/statm", "r") else { return nil }
    defer { fclose(file) }
    var line = [CChar](repeating: 0, count: 128)
    guard fgets(&line, Int32(line.count), file) != nil, let pages = Int(exactly: atol(line)) else {
      return nil
    }
    return pages * sysconf(Int32(_SC_PAGESIZE))
  }

  /// - Returns: the limit before.
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

// MARK: - How a product travels

extension Worker.Product {
  /// The length of the report in eight bytes, the report, the model.
  var message: [UInt8] {
    let report = Array(report.utf8)
    return withUnsafeBytes(of: UInt64(report.count).littleEndian, Array.init) + report + model
  }

  /// `nil` where `message` is not one that is whole.
  init?(_ message: [UInt8]) {
    guard message.count >= 8 else { return nil }
    let length = message.withUnsafeBytes { Int($0.loadUnaligned(as: UInt64.self).littleEndian) }
    guard (0...message.count - 8).contains(length) else { return nil }
    report = String(decoding: message[8..<8 + length], as: UTF8.self)
    model = Array(message[(8 + length)...])
  }
}
