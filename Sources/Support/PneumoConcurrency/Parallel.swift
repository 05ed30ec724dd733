import CCPU
import Dispatch
import PneumoSystem
import Synchronization

/// Runs `body` for each of `0..<count`, on up to `threads` threads, and returns when all are done.
///
/// Workers take the next number when they are free, so which one runs what is left to chance; what
/// `body` computes for a number must not depend on it. The calling thread is one of them.
package func parallelFor(_ count: Int, threads: Int, _ body: @Sendable (Int) -> Void) {
  let next = Atomic(0)
  withWorkers(min(count, threads)) { _ in
    while true {
      let index = next.wrappingAdd(1, ordering: .relaxed).oldValue
      guard index < count else { return }
      body(index)
    }
  }
}

/// What `transform` returns for each of `0..<count`, in this order, computed on up to `threads`
/// threads as ``parallelFor(_:threads:_:)`` does.
package func parallelMap<Value: Sendable>(
  _ count: Int, threads: Int, _ transform: @Sendable (Int) -> Value
) -> [Value] {
  parallelMap(count, threads: threads, state: {}) { _, index in transform(index) }
}

/// The same, where each worker has something of its own, such as a decoder and its memory.
///
/// - Parameter state: makes it; called by the worker that uses it, once.
package func parallelMap<State, Value: Sendable>(
  _ count: Int, threads: Int, state: @Sendable () -> State,
  _ transform: @Sendable (State, Int) -> Value
) -> [Value] {
  [Value](unsafeUninitializedCapacity: count) { buffer, initializedCount in
    // SAFETY: each index is taken once, so each of the `count` values is initialized by one worker,
    // and all are when `withWorkers` returns.
    nonisolated(unsafe) let values = buffer
    let next = Atomic(0)
    withWorkers(min(count, threads)) { _ in
      var own: State?
      while true {
        let index = next.wrappingAdd(1, ordering: .relaxed).oldValue
        guard index < count else { return }
        let state = own ?? state()
        own = state
        values.initializeElement(at: index, to: transform(state, index))
      }
    }
    initializedCount = count
  }
}

/// Calls `work` on up to `count` threads at once, each with a number of its own in `0..<count`, and
/// returns when all calls have returned.
///
/// This is where work goes to Dispatch, and the only place. One of the threads is the caller's. The
/// others come late, or not at all where the system is busy or refuses threads: so calls share out
/// what there is to do among them, and the first one alone must be able to do all of it.
package func withWorkers(_ count: Int, _ work: @Sendable (_ worker: Int) -> Void) {
  let helpers = count > 1 ? ThreadSupply.take(count - 1) : 0
  guard helpers > 0 else {
    if count > 0 { work(0) }
    return
  }
  DispatchQueue.concurrentPerform(iterations: helpers + 1, execute: work)
  ThreadSupply.giveBack(helpers)
}

/// Waits until `condition` holds, which another worker is about to bring about.
///
/// What the workers of one run wait for takes microseconds, so at first it stays awake. Then it
/// leaves the processor to others, and at last it sleeps for longer and longer: where there are more
/// threads than processors, or the quota of a container is used up, to stay awake would keep the one
/// from running that is waited for.
package func waitBriefly(until condition: () -> Bool) {
  for _ in 0..<2000 {
    if condition() { return }
    cpu_pause()
  }
  for _ in 0..<50 {
    if condition() { return }
    sched_yield()
  }
  var microseconds: UInt32 = 20
  while !condition() {
    usleep(microseconds)
    microseconds = min(2 * microseconds, 500)
  }
}
