import PneumoSystem
import Synchronization

/// Requests of the user to stop: Ctrl-C and SIGTERM.
///
/// The first is noted, so that work in progress can end cleanly; a second one ends the process.
package enum Interrupt {
  private static let received = Atomic<CInt>(0)

  /// Notes requests from now on instead of ending the process. System calls that wait end with
  /// `EINTR` when one comes.
  package static func observe() {
    _ = received.load(ordering: .relaxed)  // initialised before a handler needs it
    // Whoever started this process from a thread of Dispatch has left these blocked.
    var signals = sigset_t()
    sigemptyset(&signals)
    for number in [SIGINT, SIGTERM] {
      sigaddset(&signals, number)
      var action = sigaction()
      action.sa_flags = CInt(truncatingIfNeeded: Int(SA_RESETHAND))
      let handler: @convention(c) (CInt) -> Void = {
        Interrupt.received.store($0, ordering: .relaxed)
      }
      #if !canImport(Darwin)
      action.__sigaction_handler.sa_handler = handler
      #else
      action.__sigaction_u.__sa_handler = handler
      #endif
      sigaction(number, &action, nil)
    }
    pthread_sigmask(SIG_UNBLOCK, &signals, nil)
  }

  /// Whether the user has asked to stop.
  package static var isRequested: Bool { received.load(ordering: .relaxed) != 0 }

  /// The exit code of a process that a signal has stopped: 128 and its number.
  package static var exitCode: CInt { 128 + received.load(ordering: .relaxed) }
}
