#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// A trial reading of a file by a child of this process.
///
/// libhdf5 (1.10.8 at least) follows damaged offsets in its heaps of strings to wherever they lead:
/// it stops with a signal, or never comes back. Nothing can be checked before it does, so the file
/// is read once where that harms nobody. Reading twice costs a tenth of a second for most models.
enum Probe {
  /// Seconds of processor time. A model of 14 MB takes 0.1.
  private static let processorTime: rlim_t = 10
  /// Bytes of address space: four times the largest file that is read.
  private static let addressSpace: rlim_t = 1 << 33

  /// Starts this program with `arguments` and answers the signal that ended it; `nil` where it came
  /// to its end. So it does where no child can be started: the file is then read as it is.
  static func signal(runningSelfWith arguments: [String]) -> Int32? {
    #if canImport(Glibc)
    let program = "/proc/self/exe"
    var actions = posix_spawn_file_actions_t()
    #else
    let program = CommandLine.arguments[0]
    var actions: posix_spawn_file_actions_t?
    #endif
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    for descriptor in [STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO] {
      posix_spawn_file_actions_addopen(&actions, descriptor, "/dev/null", O_RDWR, 0)
    }
    var words = ([CommandLine.arguments[0]] + arguments).map { strdup($0) } + [nil]
    defer { for word in words { free(word) } }
    var child = pid_t()
    guard posix_spawnp(&child, program, &actions, nil, &words, environ) == 0 else { return nil }
    var status: Int32 = 0
    while waitpid(child, &status, 0) < 0 {
      guard errno == EINTR else { return nil }
    }
    // The low seven bits of a status are the signal, 0 after an exit.
    return status & 0x7F == 0 ? nil : status & 0x7F
  }

  /// Bounds what this process takes, and keeps it from leaving a core file.
  static func limitResources() {
    limit(RLIMIT_CORE, to: rlimit(rlim_cur: 0, rlim_max: 0))
    limit(RLIMIT_AS, to: rlimit(rlim_cur: addressSpace, rlim_max: addressSpace))
    // At the soft limit comes SIGXCPU, which says more than the SIGKILL of the hard one. Whoever
    // started this process from a thread of Dispatch has left it blocked.
    var signals = sigset_t()
    sigemptyset(&signals)
    sigaddset(&signals, SIGXCPU)
    pthread_sigmask(SIG_UNBLOCK, &signals, nil)
    limit(RLIMIT_CPU, to: rlimit(rlim_cur: processorTime, rlim_max: processorTime + 1))
  }

  #if canImport(Glibc)
  private static func limit(_ resource: __rlimit_resource, to value: rlimit) {
    var value = value
    setrlimit(__rlimit_resource_t(resource.rawValue), &value)
  }
  #else
  private static func limit(_ resource: CInt, to value: rlimit) {
    var value = value
    setrlimit(resource, &value)
  }
  #endif
}
