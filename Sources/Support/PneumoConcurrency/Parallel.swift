import Synchronization

/// Runs `body` for each of `0..<count`, on up to `threads` threads, and returns when all are done.
///
/// Threads take the next number when they are free, so which thread runs what is left to chance;
/// what `body` computes for a number must not depend on it. Threads that find no work sleep.
package func parallelFor(
  _ count: Int, threads: Int, _ body: @Sendable (Int) -> Void
) {
  let lanes = min(count, threads)
  guard lanes > 1 else {
    for index in 0..<count { body(index) }
    return
  }
  withoutActuallyEscaping(body) { body in
    Loop(count: count, lanes: lanes, body: body).run()
  }
}

/// The numbers of one `parallelFor`.
private final class Loop: SharedWork, @unchecked Sendable {
  private let count: Int
  private let body: @Sendable (Int) -> Void
  private let next = Atomic(0)

  init(count: Int, lanes: Int, body: @escaping @Sendable (Int) -> Void) {
    self.count = count
    self.body = body
    super.init(maximumLanes: lanes)
  }

  override func work(lane: Int) {
    while true {
      let index = next.wrappingAdd(1, ordering: .relaxed).oldValue
      guard index < count else { return }
      body(index)
    }
  }
}
