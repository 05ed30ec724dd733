import Foundation
import PneumoCheckpoint
import PneumoCompute
import PneumoDataset
import PneumoExperiment
import PneumoImaging
import PneumoModel
import PneumoSupport
import PneumoSystem
import PneumoTestSupport
import Testing

/// A network and images that learn in moments: bright squares are one class, dark ones the other.
struct Setup {
  let folder: TemporaryFolder
  let dataset: Dataset
  var cache: ImageCache
  var split: Split
  var settings: RunSettings

  /// - Parameters:
  ///   - period: every how many images one is light.
  ///   - levels: the mean gray levels of dark and light images.
  init(period: Int = 2, levels: (dark: Int, light: Int) = (60, 150)) throws {
    folder = try TemporaryFolder()
    var random = SeededGenerator(seed: 5)
    for index in 0..<48 {
      let isLight = index % period == period - 1
      let level = isLight ? levels.light : levels.dark
      let pixels = (0..<256).map { _ in UInt8(level + Int.random(in: -50...50, using: &random)) }
      try folder.write(
        try PixelImage(width: 16, height: 16, channels: 1, pixels: pixels)
          .jpegBytes(quality: 95), to: "data/\(isLight ? "light" : "dark")/\(index).jpeg")
    }
    dataset = try Dataset(contentsOf: folder.path("data"))
    var network = ArchitectureBuilder(inputShape: .image(height: 16, width: 16, channels: 1))
    try network.convolution(
      "conv", filters: 8, kernel: 3, padding: .same, hasBias: false, l2: 0.001)
    try network.batchNormalization("norm", momentum: 0.9)
    try network.append("relu", .activation(.relu))
    try network.maxPooling("pool", 2)
    try network.convolution("next", filters: 8, kernel: 3, activation: .relu)
    try network.append("mean", .globalPooling(.average))
    try network.append("drop", .dropout(rate: 0.25))
    try network.classifier("last", classes: 2)
    let preprocessing = Preprocessing(
      colorMode: .gray, size: Extent(16), filter: .nearest, scale: [1], mean: [127.5],
      standardDeviation: [127.5])
    settings = RunSettings(
      networkName: "small", architecture: try network.architecture(), preprocessing: preprocessing)
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

  func loop(_ name: String, resumes: Bool = false, threads: Int = 2) throws -> TrainingLoop {
    try makeFolder(folder.path(name))
    return try TrainingLoop(
      settings, cache, split, folder: folder.path(name), resumes: resumes, threads: threads,
      kernels: try InstructionSet.select())
  }

  /// One whose network does not change, so that all epochs are the same and the first stays the best.
  static func still() throws -> Setup {
    var setup = try Setup()
    var network = ArchitectureBuilder(inputShape: .image(height: 16, width: 16, channels: 1))
    try network.convolution("conv", filters: 4, kernel: 3, activation: .relu)
    try network.append("mean", .globalPooling(.average))
    try network.classifier("last", classes: 2)
    setup.settings.architecture = try network.architecture()
    setup.settings.rate = 1e-38
    setup.settings.averageDecay = nil
    setup.settings.decay = .constant
    return setup
  }

  /// The same with its images read again.
  func reading() throws -> Setup {
    var copy = self
    copy.cache = try ImageCache(dataset, settings.preprocessing, threads: 2)
    return copy
  }

  /// Trains to the end in the folder `name`.
  @discardableResult
  func train(_ name: String, resumes: Bool = false) throws -> TrainingLoop {
    let loop = try loop(name, resumes: resumes)
    try loop.train(shouldStop: { false }) { _ in }
    return loop
  }

  /// Weights and state after the last epoch.
  func tensors(_ name: String) throws -> [SafetensorsTensor] {
    let checkpoint = try Checkpoint(contentsOf: folder.path("\(name)/last.ckpt"))
    return checkpoint.weights + checkpoint.state
  }

  /// Losses on validation as `history.json` has them.
  func history(_ name: String) throws -> [Double?] {
    let text = [UInt8](try folder.read("\(name)/history.json"))
    let history = try #require(History(json: JSON(parsing: text)))
    return history.records.map(\.valDataLoss)
  }
}
