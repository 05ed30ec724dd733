import Foundation
import Pneumo
import PneumoImaging
import PneumoTestSupport
import Synchronization
import Testing

@testable import PneumoClassifier

/// The API for programs: bytes, paths, sequences, errors, cancellation and bounds.
@Suite struct ClassifierTests {
  private let folder: TemporaryFolder
  private let paths: [String]
  private let model: Model

  init() throws {
    folder = try TemporaryFolder()
    var random = SeededGenerator(seed: 4)
    for index in 0..<30 {
      let pixels = (0..<40 * 40).map { _ in UInt8.random(in: 0...255, using: &random) }
      let image = PixelImage(width: 40, height: 40, channels: 1, pixels: pixels)
      try folder.write(image.jpegBytes(quality: 90), to: "\(index).jpeg")
    }
    paths = (0..<30).map { [folder] in folder.path("\($0).jpeg") }
    model = try GraphBuilder.study(size: 48)
  }

  /// What the runtime computes without a classifier.
  private func expected(_ path: String) throws -> Prediction {
    let tensor = try ImageLoader(model.preprocessing).load(path)
    return try Session(model, threads: 1).predict(tensor)[0]
  }

  @Test func fileBytesAndSessionAgree() async throws {
    try model.write(to: folder.path("model.pnm"))
    let classifier = try Classifier(contentsOf: folder.path("model.pnm"))
    for path in paths.prefix(3) {
      let found = try await classifier.classify(contentsOf: path)
      #expect(found.prediction == (try expected(path)))
      #expect(found.logits == [found.prediction.logits])
      let bytes = Array(try Data(contentsOf: URL(filePath: path)))
      #expect(try await classifier.classify(bytes) == found)
    }
  }

  @Test(arguments: [1, 3], [nil, 1, 4])
  func sequencesKeepTheOrder(concurrency: Int, batch: Int?) async throws {
    try folder.write([1, 2, 3], to: "bad.jpeg")
    var given = paths
    given.insert(folder.path("bad.jpeg"), at: 7)
    given.append(folder.path("missing.jpeg"))
    var options = Classifier.Options()
    options.concurrency = concurrency
    options.batch = batch
    let classifier = try Classifier([model], options: options)
    var count = 0
    for try await file in classifier.classify(contentsOf: given) {
      #expect(file.path == given[count])
      switch file.result {
      case .success(let found): #expect(found.prediction == (try expected(file.path)))
      case .failure(.image(let error)):
        #expect(error.file == file.path)
        #expect(error.kind == (file.path.hasSuffix("bad.jpeg") ? .notAJPEG : .unreadable))
      case .failure(let error): Issue.record(error)
      }
      count += 1
    }
    #expect(count == given.count)
    var none = classifier.classify(contentsOf: [String]()).makeAsyncIterator()
    #expect(try await none.next() == nil)
  }

  @Test func errorsAreTyped() async throws {
    let classifier = try Classifier([model])
    await #expect {
      try await classifier.classify([0xFF, 0xD8])
    } throws: { error in
      guard case ClassificationError.image(let error)? = error as? ClassificationError else {
        return false
      }
      return error.kind == .corrupt && error.file == nil
    }
    await #expect {
      try await classifier.classify(contentsOf: folder.path("none.jpeg"))
    } throws: {
      "\($0)".hasPrefix(folder.path("none.jpeg") + ": ")
    }
    var options = Classifier.Options()
    for (threads, threshold, batch): (Int?, Float?, Int?) in [
      (0, nil, nil), (nil, 1.5, nil), (nil, .nan, nil), (nil, nil, 0),
    ] {
      (options.threads, options.threshold, options.batch) = (threads, threshold, batch)
      #expect {
        try Classifier([model], options: options)
      } throws: { ($0 as? ComputeError)?.kind == .setting }
    }
  }

  /// The weights are so large that sums overflow.
  @Test func outputsThatAreNotFiniteAreErrors() async throws {
    var builder = GraphBuilder(input: .image(height: 8, width: 8, channels: 3), seed: 1)
    builder.append(.flatten(.heightWidthChannels))
    let huge = WeightTensor(shape: [192, 1], values: [Float](repeating: 3e38, count: 192))
    let bias = WeightTensor(shape: [1], values: [0])
    builder.append(.dense(Dense(kernel: huge, bias: bias, activation: .sigmoid)))
    let classifier = try Classifier([try builder.model()])
    for try await file in classifier.classify(contentsOf: Array(paths.prefix(2))) {
      guard case .failure(.compute(let error, let name)) = file.result else {
        Issue.record("a prediction from logits that are not finite")
        continue
      }
      #expect(error.kind == .notFinite && name == file.path)
    }
  }

  @Test func canceledTasksEnd() async throws {
    var options = Classifier.Options()
    options.concurrency = 1
    let classifier = try Classifier([model], options: options)
    let many = Array(repeating: paths, count: 200).flatMap(\.self)
    let seen = Atomic(0)
    let task = Task {
      for try await _ in classifier.classify(contentsOf: many) {
        seen.wrappingAdd(1, ordering: .relaxed)
      }
    }
    while seen.load(ordering: .relaxed) == 0 { try await Task.sleep(for: .milliseconds(1)) }
    task.cancel()
    await #expect(throws: CancellationError.self) { try await task.value }
    #expect(seen.load(ordering: .relaxed) < many.count)
    // One image that was canceled before its turn; the slot is free again afterwards.
    let path = paths[0]
    let late = Task { () async throws -> Classification in
      while !Task.isCancelled { await Task.yield() }
      return try await classifier.classify(contentsOf: path)
    }
    late.cancel()
    await #expect(throws: ClassificationError.canceled) { try await late.value }
    #expect(try await classifier.classify(contentsOf: path).prediction == expected(path))
  }

  /// Many tasks at once get what each gets alone, and no more are in work than there are slots.
  @Test func manyTasksShareAClassifier() async throws {
    var options = Classifier.Options()
    options.threads = 2
    let classifier = try Classifier([model], options: options)
    #expect(classifier.concurrency == 2)
    let found = try await withThrowingTaskGroup(of: (Int, Prediction).self) { group in
      for index in 0..<60 {
        let path = paths[index % 30]
        group.addTask { (index, try await classifier.classify(contentsOf: path).prediction) }
      }
      return try await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
    }
    for index in 0..<60 { #expect(try found[index] == expected(paths[index % 30])) }
  }

  @Test func memoryBoundsTheImagesInWork() throws {
    var options = Classifier.Options()
    options.threads = 8
    options.memoryLimit = 1
    #expect(try Classifier([model], options: options).concurrency == 1)
    options.memoryLimit = 1 << 31
    #expect(try Classifier([model], options: options).concurrency == 8)
    options.concurrency = 3
    #expect(try Classifier([model], options: options).concurrency == 3)
  }

  @Test func slotsAreHandedOn() async throws {
    let slots = Slots(1)
    #expect(await slots.take())
    let tasks = (0..<3).map { _ in
      Task {
        let isTaken = await slots.take()
        if isTaken { slots.giveBack() }
        return isTaken
      }
    }
    // Each waits, or will; the second gives up.
    try await Task.sleep(for: .milliseconds(20))
    tasks[1].cancel()
    #expect(await tasks[1].value == false)
    slots.giveBack()
    #expect(await tasks[0].value)
    #expect(await tasks[2].value)
    #expect(await slots.take())
  }

  /// The engine that the tools use: order, an end from outside, and an end from the reader.
  @Test(arguments: [1, 2, 5]) func orderedRuns(threads: Int) throws {
    var options = Classifier.Options()
    options.threads = threads
    let classifier = try Classifier(
      [model], options: options, firstImage: paths[0], keepsImages: false)
    var indices: [Int] = []
    classifier.run(ModelRunner.Inputs(paths), unless: { false }) { outcomes in
      indices += outcomes.map(\.index)
      for outcome in outcomes { #expect(outcome.file == paths[outcome.index]) }
      return true
    }
    #expect(indices == Array(paths.indices))
    var seen = 0
    classifier.run(ModelRunner.Inputs(paths), unless: { false }) { outcomes in
      seen += outcomes.count
      return false
    }
    #expect(seen > 0 && seen < paths.count)
    seen = 0
    classifier.run(ModelRunner.Inputs(paths), unless: { true }) { outcomes in
      seen += outcomes.count
      return true
    }
    #expect(seen == 0)
  }

  @Test func keptImagesAreThoseThatWereRun() throws {
    let classifier = try Classifier(
      [model], options: Classifier.Options(), firstImage: nil, keepsImages: true)
    let kept = Mutex<[String: DecodedImage]>([:])
    classifier.run(
      ModelRunner.Inputs(paths), unless: { false },
      inspect: { outcome, decoded in kept.withLock { $0[outcome.file ?? ""] = decoded } },
      consume: { _ in true })
    let found = kept.withLock { $0 }
    #expect(found.count == paths.count)
    for (path, decoded) in found {
      #expect(decoded.image == (try JPEGDecoder().decode(file: path)))
      #expect(decoded.tensor == (try ImageLoader(model.preprocessing).load(path)))
    }
  }
}
