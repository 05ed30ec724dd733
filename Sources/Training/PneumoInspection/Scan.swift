import PneumoConcurrency
import PneumoDataset
import Synchronization

/// How many files are read: on which threads, and who is told.
package struct Scan: Sendable {
  /// Threads that read.
  package var threads = 1
  /// Called with the number of files done, after each, by one thread at a time.
  package var progress: @Sendable (Int) -> Void = { _ in }
  /// Asked before each file, by any thread; if true, `cancelled` is thrown soon.
  package var isCancelled: @Sendable () -> Bool = { false }

  /// On one thread, and nobody is told.
  package init() {}

  /// What `body` answers for each of `0..<count`, in this order. Throws `cancelled`.
  func map<Value: Sendable>(
    _ count: Int, _ body: @Sendable (Int) -> Value
  ) throws(DatasetError) -> [Value] {
    let values = Mutex((all: [Value?](repeating: nil, count: count), done: 0))
    parallelFor(count, threads: threads) { index in
      guard !isCancelled() else { return }
      let value = body(index)
      values.withLock { values in
        values.all[index] = value
        values.done += 1
        progress(values.done)
      }
    }
    let found = values.withLock { $0.all.compactMap(\.self) }
    guard found.count == count else {
      throw DatasetError(.cancelled, "stopped after \(found.count) of \(count) files")
    }
    return found
  }
}
