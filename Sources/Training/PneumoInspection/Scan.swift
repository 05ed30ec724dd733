import PneumoConcurrency
import PneumoDataset
import Synchronization

/// How many files are read: on which threads, and who is told.
package struct Scan: Sendable {
  /// Threads that read.
  package var threads = 1
  /// Called with the number of files done, after each, by one thread at a time.
  package var progress: @Sendable (Int) -> Void = { _ in }
  /// Asked before each file, by any thread; if true, `canceled` is thrown soon.
  package var isCancelled: @Sendable () -> Bool = { false }

  /// On one thread, and nobody is told.
  package init() {}

  /// What `body` returns for each of `0..<count`, in this order. Throws `canceled`.
  func map<Value: Sendable>(
    _ count: Int, _ body: @Sendable (Int) -> Value
  ) throws(DatasetError) -> [Value] {
    let done = Mutex(0)
    let values = parallelMap(count, threads: threads) { index -> Value? in
      guard !isCancelled() else { return nil }
      let value = body(index)
      done.withLock { done in
        done += 1
        progress(done)
      }
      return value
    }
    let found = values.compactMap(\.self)
    guard found.count == count else {
      throw DatasetError(.canceled, "stopped after \(found.count) of \(count) files")
    }
    return found
  }
}
