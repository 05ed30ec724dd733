import PneumoSupport
import Foundation
import PneumoCheckpoint
import PneumoCompute
import PneumoDataset
@testable import PneumoExperiment
import PneumoSystem
import PneumoImaging
import PneumoModel
import PneumoTestSupport
import Testing

#if canImport(FoundationXML)
import FoundationXML
#endif

/// A network and images that learn in moments: bright squares are one class, dark ones the other.
private struct Setup {
  let folder: TemporaryFolder
  let dataset: Dataset
  let cache: ImageCache
  var split: Split
  var settings: RunSettings

  init() throws {
    folder = try TemporaryFolder()
    var random = SeededGenerator(seed: 5)
    for index in 0..<48 {
      let level = index % 2 == 0 ? 60 : 150
      let pixels = (0..<256).map { _ in UInt8(level + Int.random(in: -50...50, using: &random)) }
      try folder.write(
        try PixelImage(width: 16, height: 16, channels: 1, pixels: pixels)
          .jpegBytes(quality: 95), to: "data/\(index % 2 == 0 ? "dark" : "light")/\(index).jpeg")
    }
    dataset = try Dataset(contentsOf: folder.path("data"))
    let layers: [Architecture.Layer] = [
      .init("conv", .convolution(8, 3, padding: .same, hasBias: false), l2: 0.001),
      .init("norm", .batchNormalization(epsilon: 1e-3, momentum: 0.9)),
      .init("relu", .activation(.relu)), .init("pool", .pooling(.max, 2)),
      .init("next", .convolution(8, 3, activation: .relu)), .init("mean", .globalPooling(.average)),
      .init("drop", .dropout(rate: 0.25)),
      .init("last", .dense(units: 1, activation: .sigmoid, hasBias: true)),
    ]
    let preprocessing = Preprocessing(
      colorMode: .gray, size: Extent(16), filter: .nearest, scale: [1], mean: [127.5],
      standardDeviation: [127.5])
    settings = RunSettings(
      networkName: "small",
      architecture: Architecture(
        inputShape: .image(height: 16, width: 16, channels: 1), layers: layers),
      preprocessing: preprocessing)
    settings.epochs = 4
    settings.batchSize = 10
    settings.rate = 0.02
    settings.averageDecay = 0.9
    settings.augmentation = .robust
    settings.decay = .cosine
    settings.clipNorm = 1
    settings.patience = 0
    cache = try ImageCache(dataset, preprocessing, threads: 2)
    split = try dataset.kerasSplit(0.25)
  }

  func run(_ name: String, resumes: Bool = false, threads: Int = 2) throws -> TrainingRun {
    try makeFolder(folder.path(name))
    return try TrainingRun(
      settings, dataset, cache, split, folder: folder.path(name), resumes: resumes,
      threads: threads, kernels: try InstructionSet.select())
  }

  /// Weights and state after the last epoch.
  func tensors(_ name: String) throws -> [SafetensorsTensor] {
    let checkpoint = try Checkpoint(contentsOf: folder.path("\(name)/last.ckpt"))
    return checkpoint.weights + checkpoint.state
  }
}

@Suite struct TrainingRunTests {
  @Test func trainsAndLeavesItsRecords() throws {
    var setup = try Setup()
    setup.settings.epochs = 12
    let run = try setup.run("run")
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
    #expect(XMLParser(data: try folder.read("run/curves.svg")).parse())
    let predictions = try run.bestPredictions()
    #expect(predictions.crossEntropy == run.history.records[run.bestEpoch - 1].valDataLoss)
  }

  @Test func resumedRunsHaveTheSameBits() throws {
    let setup = try Setup()
    try setup.run("whole").train(shouldStop: { false }) { _ in }
    let whole = try setup.tensors("whole")
    #expect(whole.contains { $0.name == "average/conv/kernel" })

    // Stopped within an epoch, and after one, as `kill -9` leaves it.
    let first = try setup.run("parts")
    var batches = 0
    let stopped = #expect(throws: RunError.self) {
      try first.train(shouldStop: {
        batches += 1
        return batches == 6
      }) { _ in }
    }
    #expect(stopped?.kind == .interrupted)
    #expect(stopped?.description.contains("after 2 of 4 batches") == true)
    let second = try setup.run("parts", resumes: true)
    #expect(second.nextEpoch == 2)
    var epochs = 0
    struct Killed: Error {}
    _ = try? second.train(shouldStop: {
      epochs += 1
      return epochs == 5
    }) { _ in }
    let third = try setup.run("parts", resumes: true, threads: 1)
    try third.train(shouldStop: { false }) { _ in }
    #expect(third.isFinished)
    #expect(try setup.tensors("parts") == whole)
    #expect(third.history.records.map(\.valDataLoss) == (try setup.history("whole")))
  }

  @Test func threadsDoNotChangeBits() throws {
    let setup = try Setup()
    for threads in [1, 3] {
      try setup.run("t\(threads)", threads: threads).train(shouldStop: { false }) { _ in }
    }
    #expect(try setup.tensors("t1") == setup.tensors("t3"))
  }

  @Test func otherSettingsAreNotResumed() throws {
    var setup = try Setup()
    setup.settings.epochs = 1
    try setup.run("run").train(shouldStop: { false }) { _ in }
    setup.settings.rate = 0.5
    let error = #expect(throws: RunError.self) { try setup.run("run", resumes: true) }
    #expect(error?.kind == .otherRun)
  }

  @Test func otherImagesAreNotResumed() throws {
    var setup = try Setup()
    setup.settings.epochs = 1
    try setup.run("run").train(shouldStop: { false }) { _ in }
    setup.split = try setup.dataset.kerasSplit(0.5)
    let error = #expect(throws: RunError.self) { try setup.run("run", resumes: true) }
    #expect(error?.kind == .otherRun)
    #expect(error?.description.contains("found 24 for training, 24 for validation") == true)
  }

  @Test func aLossThatIsNoNumberEndsTheRun() throws {
    var setup = try Setup()
    setup.settings.rate = 1e30
    setup.settings.clipNorm = nil
    setup.settings.decay = .constant
    let error = #expect(throws: RunError.self) {
      try setup.run("run").train(shouldStop: { false }) { _ in }
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
}

extension Setup {
  fileprivate func history(_ name: String) throws -> [Double?] {
    let text = [UInt8](try folder.read("\(name)/history.json"))
    let history = try #require(History(json: JSON(parsing: text)))
    return history.records.map(\.valDataLoss)
  }
}
