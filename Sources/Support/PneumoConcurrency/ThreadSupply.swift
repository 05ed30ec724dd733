import Dispatch
import PneumoSystem
import Synchronization

/// Threads that Dispatch can have now.
///
/// Dispatch makes threads when there is work for them. Where the system refuses one, because of a
/// limit on the processes of a user or a container, it tries again every second, in the thread that
/// brought the work, which then waits for ever. So before work goes there, as many threads as
/// Dispatch may have to make are made here, and ended at once: where that fails, the work stays with
/// the caller. Dispatch keeps threads for five seconds after their last work, so in a program that is
/// busy this is checked once.
enum ThreadSupply {
  /// Helpers that all callers together have taken.
  private static let taken = Atomic(0)
  /// How many helpers there can be.
  private static let known = Atomic(0)
  /// When helpers were taken last, or refused, in nanoseconds of the monotonic clock.
  private static let lastUse = Atomic(0)
  private static let check = Mutex(())

  /// Nanoseconds after which what is known must be checked again: less than Dispatch keeps threads.
  private static let validity = 4_000_000_000
  /// When the system refused a thread last.
  private static let lastRefusal = Atomic(Int.min / 2)
  /// Nanoseconds for which a refusal counts.
  private static let refusalValidity = 1_000_000_000

  /// Takes up to `wanted` helpers; returns how many, which must be given back.
  static func take(_ wanted: Int) -> Int {
    #if canImport(Darwin)
    return wanted  // the kernel makes the threads there
    #else
    let wanted = min(wanted, processors)  // Dispatch never has more
    guard wanted > 0 else { return 0 }
    let total = taken.wrappingAdd(wanted, ordering: .relaxed).newValue
    let needed = min(total, processors)
    if !isKnown(needed) { check.withLock { _ in find(needed) } }
    let missing = needed - known.load(ordering: .relaxed)
    let granted = missing > 0 ? max(wanted - missing, 0) : wanted
    if granted < wanted { taken.wrappingSubtract(wanted - granted, ordering: .relaxed) }
    if granted > 0 { lastUse.store(now, ordering: .relaxed) }
    return granted
    #endif
  }

  /// Gives back what ``take(_:)`` returned.
  static func giveBack(_ count: Int) {
    #if !canImport(Darwin)
    lastUse.store(now, ordering: .relaxed)
    taken.wrappingSubtract(count, ordering: .relaxed)
    #endif
  }

  #if !canImport(Darwin)
  private static func isKnown(_ needed: Int) -> Bool {
    let age = now - lastUse.load(ordering: .relaxed)
    return needed <= known.load(ordering: .relaxed) && age < validity
  }

  /// Finds out whether there can be `needed` helpers.
  private static func find(_ needed: Int) {
    guard !isKnown(needed) else { return }  // found while waiting for the lock
    let age = now - lastUse.load(ordering: .relaxed)
    var count = known.load(ordering: .relaxed)
    if age >= validity { count = 0 }
    if now - lastRefusal.load(ordering: .relaxed) >= refusalValidity {
      let wanted = needed - count
      let found = startThreads(wanted)
      if found < wanted { lastRefusal.store(now, ordering: .relaxed) }
      count += found
    }
    known.store(count, ordering: .relaxed)
    lastUse.store(now, ordering: .relaxed)
  }

  private static let processors = ThreadCount.allowedProcessors

  private static var now: Int {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Int(time.tv_sec) * 1_000_000_000 + Int(time.tv_nsec)
  }

  /// Makes up to `count` threads that live at the same time, and ends them; returns how many.
  private static func startThreads(_ count: Int) -> Int {
    let before = threadCount
    let gate = DispatchSemaphore(value: 0)
    var threads: [pthread_t] = []
    for _ in 0..<count {
      var thread = pthread_t()
      let argument = Unmanaged.passUnretained(gate).toOpaque()
      let result = pthread_create(
        &thread, nil,
        { gate in
          if let gate { Unmanaged<DispatchSemaphore>.fromOpaque(gate).takeUnretainedValue().wait() }
          return nil
        }, argument)
      guard result == 0 else { break }
      threads.append(thread)
    }
    for _ in threads { gate.signal() }
    for thread in threads { pthread_join(thread, nil) }
    // A thread that was joined may still count against the limit for some microseconds.
    for _ in 0..<200 where threadCount > before { usleep(10) }
    return threads.count
  }

  /// Threads of this process: its folder of them has a link for each, and two more.
  private static var threadCount: Int {
    var status = stat()
    return stat("/proc/self/task", &status) == 0 ? Int(status.st_nlink) - 2 : 0
  }
  #endif
}
