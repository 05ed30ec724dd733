import CCPU
import Dispatch
import PneumoSystem
import Synchronization

/// Something that several threads do together: each calls ``work(lane:)`` once.
open class SharedWork: @unchecked Sendable {
  /// How many threads may work on this at once, with lanes `0..<maximumLanes`.
  package let maximumLanes: Int
  // SAFETY: room for the `maximumLanes - 1` helpers of the run that goes on; only the caller of
  // `run` touches it, and there is one at a time.
  private let helpers: UnsafeMutablePointer<(worker: Int, state: Int)>

  /// Work for up to `maximumLanes` threads. They are started now, so that a run need not do it.
  public init(maximumLanes: Int) {
    self.maximumLanes = maximumLanes
    helpers = .allocate(capacity: max(maximumLanes - 1, 1))
    WorkerPool.shared.reserve(maximumLanes - 1)
  }

  deinit { helpers.deallocate() }

  /// One thread's part. Lane 0 is the thread that called ``run()``, whose part must end only when
  /// all is done: others may join late, or never.
  open func work(lane: Int) {}

  /// Works on the calling thread and as many others as are free; returns when all have finished.
  ///
  /// Allocates nothing and takes no lock. One run at a time.
  package final func run() {
    let count = WorkerPool.shared.recruit(maximumLanes - 1, for: self, helpers)
    work(lane: 0)
    for helper in 0..<count { WorkerPool.shared.release(helpers[helper]) }
  }
}

/// Waits until `condition` holds: some time awake, since what the threads of one run wait for takes
/// microseconds, then leaving the processor to others.
package func spin(until condition: () -> Bool) {
  var rounds = 0
  while !condition() {
    if rounds < 2000 {
      cpu_pause()
      rounds += 1
    } else {
      sched_yield()
    }
  }
}

/// Threads that help others, and sleep where there is nothing to do. They are never ended.
final class WorkerPool: @unchecked Sendable {
  static let shared = WorkerPool()

  // SAFETY: the first `count` are initialised; they stay where they are as long as the process runs.
  private let workers: UnsafeMutablePointer<Worker>
  private let count = Atomic(0)
  private let growth = Mutex(())

  private init() { workers = .allocate(capacity: ThreadCount.maximum) }

  /// Sees to it that there are `wanted` threads, or as many as the system and
  /// ``ThreadCount/maximum`` allow.
  func reserve(_ wanted: Int) {
    let wanted = min(wanted, ThreadCount.maximum)
    guard wanted > count.load(ordering: .acquiring) else { return }
    growth.withLock { _ in
      var number = count.load(ordering: .relaxed)
      while number < wanted {
        (workers + number).initialize(to: Worker())
        guard workers[number].start(number) else {
          (workers + number).deinitialize(count: 1)
          return
        }
        number += 1
        count.store(number, ordering: .releasing)
      }
    }
  }

  /// Wakes up to `wanted` threads that are free, and notes them in `helpers`.
  fileprivate func recruit(
    _ wanted: Int, for work: SharedWork,
    _ helpers: UnsafeMutablePointer<(worker: Int, state: Int)>
  ) -> Int {
    var found = 0
    for number in 0..<count.load(ordering: .acquiring) where found < wanted {
      if let state = workers[number].claim(for: work, lane: found + 1) {
        helpers[found] = (number, state)
        found += 1
      }
    }
    return found
  }

  /// Sends a thread home that has not come yet; otherwise waits until it has finished.
  fileprivate func release(_ helper: (worker: Int, state: Int)) {
    workers[helper.worker].release(helper.state)
  }

  /// The life of thread `number`.
  fileprivate func serve(_ number: Int) -> Never { workers[number].serve() }
}

/// One thread of the pool, and what it is to do.
///
/// Its state counts up: a multiple of 3 is free, then claimed, then working, then the next multiple
/// is free again. So whoever remembers a state knows later whether it has passed.
private final class Worker: @unchecked Sendable {
  private let state = Atomic(0)
  private let wakeUp = DispatchSemaphore(value: 0)
  // SAFETY: written by whoever claimed the thread, before `state` says so; read by the thread after
  // it has seen that. Whoever claimed it keeps the work alive until it is released.
  private var work: Unmanaged<SharedWork>?
  private var lane = 0

  /// Starts thread `number`; answers whether the system gave one.
  ///
  /// Not a dispatch queue: those share 255 threads, and whoever needs another waits for ever.
  func start(_ number: Int) -> Bool {
    #if !canImport(Darwin)
    var thread = pthread_t()
    #else
    var thread: pthread_t?
    #endif
    // Counted from 1, since there a pointer must not be null.
    let argument = UnsafeMutableRawPointer(bitPattern: number + 1)
    guard
      pthread_create(
        &thread, nil, { WorkerPool.shared.serve(Int(bitPattern: $0) - 1) }, argument) == 0
    else { return false }
    #if !canImport(Darwin)
    pthread_detach(thread)
    #else
    if let thread { pthread_detach(thread) }
    #endif
    return true
  }

  /// The state if the thread was free, `nil` otherwise.
  func claim(for work: SharedWork, lane: Int) -> Int? {
    let free = state.load(ordering: .relaxed)
    // Reserved with a state that neither the thread nor others act on.
    guard free >= 0, free % 3 == 0,
      state.compareExchange(expected: free, desired: -1, ordering: .acquiring).exchanged
    else { return nil }
    self.work = Unmanaged.passUnretained(work)
    self.lane = lane
    state.store(free + 1, ordering: .releasing)
    wakeUp.signal()
    return free + 1
  }

  func release(_ claimed: Int) {
    if state.compareExchange(
      expected: claimed, desired: claimed + 2, ordering: .acquiringAndReleasing
    ).exchanged {
      return
    }
    spin { state.load(ordering: .acquiring) != claimed + 1 }
  }

  func serve() -> Never {
    while true {
      wakeUp.wait()
      let claimed = state.load(ordering: .relaxed)
      guard claimed >= 0, claimed % 3 == 1,
        state.compareExchange(
          expected: claimed, desired: claimed + 1, ordering: .acquiringAndReleasing
        ).exchanged
      else { continue }
      work?._withUnsafeGuaranteedRef { $0.work(lane: lane) }
      state.store(claimed + 2, ordering: .releasing)
    }
  }
}
