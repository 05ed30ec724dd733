import PneumoSystem
import Synchronization

/// Requests to stop: Ctrl-C (SIGINT), SIGTERM, and SIGHUP of a terminal that was closed.
///
/// The first is noted, so that work in progress can end cleanly; a second one ends the process, and
/// so does a timer where the work goes on regardless, because a system call never returns.
package enum Interrupt {
  private static let received = Atomic<CInt>(0)
  /// Microseconds that work may take to end cleanly.
  private static let grace = 900_000
  /// `ITIMER_REAL`, which has another type in each C library.
  private static let realTimer: CInt = 0

  /// Notes requests from now on instead of ending the process. System calls that wait in the main
  /// thread end with `EINTR` when one comes.
  ///
  /// SIGHUP stays ignored where `nohup` has seen to that.
  package static func observe() {
    _ = received.load(ordering: .relaxed)  // initialized before a handler needs it
    // Whoever started this process from a thread of Dispatch has left these blocked.
    var signals = sigset_t()
    sigemptyset(&signals)
    for number in [SIGINT, SIGTERM, SIGHUP, SIGALRM] {
      sigaddset(&signals, number)
      if number == SIGHUP, isIgnored(number) { continue }
      var action = sigaction()
      action.sa_flags = CInt(truncatingIfNeeded: Int(SA_RESETHAND))
      set(&action, number == SIGALRM ? { _ in _exit(Interrupt.exitCode) } : handleRequest)
      sigaction(number, &action, nil)
    }
    pthread_sigmask(SIG_UNBLOCK, &signals, nil)
  }

  /// Whether the user has asked to stop.
  package static var isRequested: Bool { received.load(ordering: .relaxed) != 0 }

  /// The exit code of a process that a signal has stopped: 128 and its number.
  package static var exitCode: CInt { 128 + received.load(ordering: .relaxed) }

  private static let handleRequest: @convention(c) (CInt) -> Void = { number in
    Interrupt.received.store(number, ordering: .relaxed)
    var timer = itimerval()
    timer.it_value.tv_usec = Interrupt.grace
    setitimer(Interrupt.realTimer, &timer, nil)
  }

  private static func isIgnored(_ number: CInt) -> Bool {
    var action = sigaction()
    sigaction(number, nil, &action)
    #if !canImport(Darwin)
    return unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self)
      == unsafeBitCast(SIG_IGN, to: Int.self)
    #else
    return unsafeBitCast(action.__sigaction_u.__sa_handler, to: Int.self)
      == unsafeBitCast(SIG_IGN, to: Int.self)
    #endif
  }

  private static func set(
    _ action: inout sigaction, _ handler: @escaping @convention(c) (CInt) -> Void
  ) {
    #if !canImport(Darwin)
    action.__sigaction_handler.sa_handler = handler
    #else
    action.__sigaction_u.__sa_handler = handler
    #endif
  }
}
