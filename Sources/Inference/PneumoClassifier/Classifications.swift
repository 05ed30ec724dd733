extension Classifier {
  /// Classifies files, several at once, and returns the results in the order of the paths.
  ///
  /// ```swift
  /// for try await file in classifier.classify(contentsOf: paths) {
  ///   switch file.result {
  ///   case .success(let found): print(file.path, found.prediction.label)
  ///   case .failure(let error): print(error)
  ///   }
  /// }
  /// ```
  ///
  /// A file that cannot be read is a result like any other, and does not end the sequence. Work
  /// begins with the first call of `next()`, runs a few batches ahead of the caller and no further,
  /// and ends when the iterator is gone. If the task is canceled, `next()` throws
  /// `CancellationError`.
  public func classify(contentsOf paths: [String]) -> Classifications {
    Classifications(classifier: self, paths: paths)
  }
}

/// The results of ``Classifier/classify(contentsOf:)-([String])``.
public struct Classifications: AsyncSequence, Sendable {
  /// A file and what became of it.
  public struct Element: Sendable {
    /// The path that was given.
    public let path: String
    /// The classification, or why there is none.
    public let result: Result<Classification, ClassificationError>
  }

  let classifier: Classifier
  let paths: [String]

  /// Starts at the first path.
  public func makeAsyncIterator() -> Iterator { Iterator(classifier, paths) }

  /// Classifies a few batches ahead.
  public struct Iterator: AsyncIteratorProtocol {
    private let classifier: Classifier
    private var left: ArraySlice<String>
    private var ready: ArraySlice<Element> = []
    private let batches = Batches()

    init(_ classifier: Classifier, _ paths: [String]) {
      self.classifier = classifier
      left = paths[...]
    }

    /// The next file's result; `nil` at the end.
    ///
    /// Throws `CancellationError` if the task is canceled.
    public mutating func next() async throws -> Element? {
      if let element = ready.popFirst() { return element }
      let batches = batches
      while batches.tasks.count < 2 * classifier.concurrency, let batch = takeBatch() {
        batches.tasks.append(
          Task { [classifier] in
            let results = await classifier.classify(batch.map { BatchInput(.file($0)) })
            return zip(batch, results).map { Element(path: $0, result: $1) }
          })
      }
      guard !batches.tasks.isEmpty else { return nil }
      let first = batches.tasks.removeFirst()
      let elements = await withTaskCancellationHandler {
        await first.value
      } onCancel: {
        first.cancel()
      }
      try Task.checkCancellation()
      ready = elements[...]
      return ready.popFirst()
    }

    private mutating func takeBatch() -> ArraySlice<String>? {
      guard !left.isEmpty else { return nil }
      // Half of a worker's share of what is left: the last batches are small.
      let share = left.count / (2 * classifier.concurrency)
      let count = Swift.max(1, Swift.min(share, classifier.runner.batch))
      defer { left = left.dropFirst(count) }
      return left.prefix(count)
    }
  }

  /// Batches in work. Cancels them when the iterator is gone.
  private final class Batches {
    var tasks: [Task<[Element], Never>] = []

    deinit { for task in tasks { task.cancel() } }
  }
}
