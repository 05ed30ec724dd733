import Foundation
import PneumoCheckpoint
import PneumoSupport
import PneumoSystem
import PneumoTestSupport
import Testing

@testable import PneumoExperiment

@Suite struct TrainingLoopTests {
  @Test func trainsAndLeavesItsRecords() throws {
    var setup = try Setup()
    setup.settings.epochs = 12
    let run = try setup.loop("run")
    var told: [Int] = []
    try run.train(shouldStop: { false }) { event in
      if case .epoch(let record, _) = event { told.append(record.epoch) }
    }
    #expect(told == Array(1...12))
    let last = try #require(run.history.records.last)
    #expect(try #require(last.valAccuracy) >= 0.9)
    #expect(last.dataLoss < run.history.records[0].dataLoss)
    let folder = setup.folder
    let list = try JSONSerialization.jsonObject(with: folder.read("run/history.json"))
    let epochs = try #require(list as? [[String: Any]])
    #expect(epochs.map { $0["epoch"] as? Int } == Array(1...12))
    let written = try #require(epochs[3]["val_loss"] as? Double)
    #expect(abs(written - (try #require(run.history.records[3].valLoss))) < 1e-15)
    let lines = String(decoding: try folder.read("run/history.csv"), as: UTF8.self)
      .split(separator: "\n")
    #expect(lines.count == 13)
    #expect(lines[0].hasPrefix("epoch,seconds,lr,loss,"))
    let predictions = try run.bestPredictions()
    #expect(predictions.crossEntropy == run.history.records[run.bestEpoch - 1].valDataLoss)
  }

  @Test func resumedRunsHaveTheSameBits() throws {
    let setup = try Setup()
    try setup.loop("whole").train(shouldStop: { false }) { _ in }
    let whole = try setup.tensors("whole")
    #expect(whole.contains { $0.name == "average/conv/kernel" })

    // Stopped within an epoch, and within the next process' first.
    let first = try setup.loop("parts")
    var batches = 0
    let stopped = #expect(throws: RunError.self) {
      try first.train(shouldStop: {
        batches += 1
        return batches == 7
      }) { _ in }
    }
    #expect(stopped?.kind == .interrupted)
    #expect(stopped?.description.contains("after 2 of 4 batches") == true)
    let second = try setup.loop("parts", resumes: true)
    #expect(second.nextEpoch == 2)
    var epochs = 0
    _ = try? second.train(shouldStop: {
      epochs += 1
      return epochs == 5
    }) { _ in }
    let third = try setup.loop("parts", resumes: true, threads: 1)
    try third.train(shouldStop: { false }) { _ in }
    #expect(third.isFinished)
    #expect(try setup.tensors("parts") == whole)
    #expect(third.history.records.map(\.valDataLoss) == (try setup.history("whole")))
  }

  @Test func threadsDoNotChangeBits() throws {
    let setup = try Setup()
    for threads in [1, 3] {
      try setup.loop("t\(threads)", threads: threads).train(shouldStop: { false }) { _ in }
    }
    #expect(try setup.tensors("t1") == setup.tensors("t3"))
  }

  @Test func otherSettingsAreNotResumed() throws {
    var setup = try Setup()
    setup.settings.epochs = 1
    try setup.loop("run").train(shouldStop: { false }) { _ in }
    setup.settings.rate = 0.5
    let error = #expect(throws: RunError.self) { try setup.loop("run", resumes: true) }
    #expect(error?.kind == .otherRun)
  }

  @Test func otherImagesAreNotResumed() throws {
    var setup = try Setup()
    setup.settings.epochs = 1
    try setup.loop("run").train(shouldStop: { false }) { _ in }
    setup.split = try setup.dataset.kerasSplit(0.5)
    let error = #expect(throws: RunError.self) { try setup.loop("run", resumes: true) }
    #expect(error?.kind == .otherRun)
    #expect(error?.description.contains("found 24 for training, 24 for validation") == true)
  }

  @Test func aLossThatIsNotFiniteEndsTheTraining() throws {
    var setup = try Setup()
    setup.settings.rate = 1e30
    setup.settings.clipNorm = nil
    setup.settings.decay = .constant
    let error = #expect(throws: RunError.self) {
      try setup.loop("run").train(shouldStop: { false }) { _ in }
    }
    #expect(error?.kind == .notFinite)
    #expect(error?.description.contains("step") == true)
  }

  @Test func eventsAreTensorBoards() throws {
    // RFC 3720, B.4: 32 bytes of zeros, and of ones.
    #expect(TensorBoardWriter.crc32c([UInt8](repeating: 0, count: 32)) == 0x8A91_36AA)
    #expect(TensorBoardWriter.crc32c([UInt8](repeating: 0xFF, count: 32)) == 0x62A8_AB43)
    // Field 1 of an Event is its time, a double.
    let event = TensorBoardWriter.event(time: 1.5, step: 0)
    #expect(event == [9, 0, 0, 0, 0, 0, 0, 0xF8, 0x3F])
  }

  // MARK: Going on

  /// What `last.ckpt` says is what the other files say, whatever became of them.
  @Test func recordsFollowFromTheLastCheckpoint() throws {
    let setup = try Setup()
    try setup.train("run")
    let folder = setup.folder
    let names = ["history.csv", "history.json", "best.ckpt"]
    let whole = try names.map { try folder.read("run/\($0)") }
    // As left by a process that was killed after the last `last.ckpt`.
    try folder.write(Array("epoch,seconds\n1,0.5\n".utf8), to: "run/history.csv")
    try FileManager.default.removeItem(atPath: folder.path("run/history.json"))
    let loop = try setup.loop("run", resumes: true)
    #expect(loop.isFinished)
    var restored: [Int] = []
    try loop.train(shouldStop: { false }) { event in
      if case .restored(let history) = event { restored = history.records.map(\.epoch) }
    }
    #expect(restored == [1, 2, 3, 4])
    for (name, bytes) in zip(names, whole) {
      #expect(try folder.read("run/\(name)") == bytes, "\(name)")
    }
    // One file of events, which holds all epochs.
    let events = try eventFiles(of: folder)
    #expect(events.count == 1)
    #expect(
      try folder.read("run/\(events[0])").split(separator: Array("loss/training".utf8)).count == 5)
  }

  private func eventFiles(of folder: TemporaryFolder) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder.path("run"))
      .filter { $0.hasPrefix("events.out.tfevents.") }
  }

  /// `last.ckpt` of the best epoch is written before `best.ckpt`.
  @Test func theBestCheckpointIsMadeAgain() throws {
    var setup = try Setup()
    // Each epoch is the best where none is validated.
    setup.split = setup.dataset.wholeSplit
    try setup.train("run")
    let best = try setup.folder.read("run/best.ckpt")
    try FileManager.default.removeItem(atPath: setup.folder.path("run/best.ckpt"))
    try setup.train("run", resumes: true)
    #expect(try setup.folder.read("run/best.ckpt") == best)
  }

  @Test func anOlderBestCheckpointCannotBeMadeAgain() throws {
    let setup = try Setup.still()
    #expect(try setup.train("run").bestEpoch == 1)
    try FileManager.default.removeItem(atPath: setup.folder.path("run/best.ckpt"))
    let error = #expect(throws: RunError.self) { try setup.train("run", resumes: true) }
    #expect(error?.description.contains("epoch 1, the best so far") == true)
  }

  /// Without `last.ckpt` nothing begins anew over what is left.
  @Test(arguments: ["best.ckpt", "history.csv", "history.json"])
  func aLostLastCheckpointIsAnError(kept: String) throws {
    let setup = try Setup()
    try setup.train("run")
    for name in ["last.ckpt", "best.ckpt", "history.csv", "history.json"] where name != kept {
      try FileManager.default.removeItem(atPath: setup.folder.path("run/\(name)"))
    }
    let before = try setup.folder.read("run/\(kept)")
    let error = #expect(throws: RunError.self) { try setup.loop("run", resumes: true) }
    #expect(error?.kind == .file)
    #expect(error?.description.contains("last.ckpt: is missing") == true)
    #expect(error?.description.contains("\(kept) is kept") == true)
    #expect(try setup.folder.read("run/\(kept)") == before)
  }

  @Test func stopsWithinValidation() throws {
    let setup = try Setup()
    try setup.train("whole")
    let loop = try setup.loop("parts")
    // Four batches are trained on and two validated with: the fifth question comes between those.
    var questions = 0
    let error = #expect(throws: RunError.self) {
      try loop.train(shouldStop: {
        questions += 1
        return questions == 5
      }) { _ in }
    }
    #expect(error?.description.contains("epoch 1 after 4 of 4 batches") == true)
    try setup.train("parts", resumes: true)
    #expect(try setup.tensors("parts") == setup.tensors("whole"))
    #expect(try setup.history("parts") == setup.history("whole"))
  }

  @Test func otherBytesAreOtherImages() throws {
    var setup = try Setup()
    setup.settings.epochs = 1
    try setup.train("run")
    let path = "data/dark/0.jpeg"
    try setup.folder.write(try setup.folder.read("data/dark/2.jpeg") + [0], to: path)
    setup = try setup.reading()
    let error = #expect(throws: RunError.self) { try setup.loop("run", resumes: true) }
    #expect(error?.kind == .otherRun)
  }

  // MARK: What is written

  @Test func checkpointsTellTheirImages() throws {
    let setup = try Setup()
    try setup.train("run")
    for name in ["best.ckpt", "last.ckpt"] {
      let images = try Checkpoint(contentsOf: setup.folder.path("run/\(name)")).images
      #expect(images == setup.cache.trainingImages(of: setup.split))
      #expect(images.training.count == 36 && images.validation.count == 12)
      let path = setup.dataset.samples[setup.split.training[0]].path
      let bytes = try readFile(path, limit: 1 << 20)
      #expect(images.training.contains(ContentHash(bytes).low))
    }
  }

  /// Events are telemetry: a run without them is a run.
  @Test func trainsWithoutEvents() throws {
    let setup = try Setup()
    // A folder has the name of the file of each second that the training may begin in.
    let now = Int(Date().timeIntervalSince1970)
    for second in now..<now + 120 {
      try makeFolder(setup.folder.path("run/events.out.tfevents.\(second).pneumo"))
    }
    var warnings: [String] = []
    try setup.loop("run").train(shouldStop: { false }) { event in
      if case .warning(let text) = event { warnings.append(text) }
    }
    #expect(warnings.count == 1)
    #expect(warnings[0].contains("without events for TensorBoard"))
    #expect(
      try setup.tensors("run")
        == {
          try setup.train("whole"); return try setup.tensors("whole")
        }())
  }
}
