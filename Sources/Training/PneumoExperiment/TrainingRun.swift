import PneumoCheckpoint
import PneumoCompute
import PneumoDataset
import PneumoEvaluation
import PneumoKernelABI
import PneumoModel
import PneumoSupport
import PneumoSystem
import PneumoTraining

/// What a run tells while it goes on.
package enum RunEvent: Sendable {
  /// Images of the epoch that were trained on.
  case images(epoch: Int, done: Int, total: Int)
  /// An epoch has ended.
  case epoch(EpochRecord, isBest: Bool)
}

/// One training on one split, in a folder of its own.
package final class TrainingRun {
  /// What the run depends on.
  package let settings: RunSettings
  private let dataset: Dataset
  private let loader: BatchLoader
  private let plainLoader: BatchLoader
  private let validationLoader: BatchLoader
  private let split: Split
  private let folder: String
  private let network: TrainingNetwork
  private var progress = Progress()
  /// The epochs so far.
  package private(set) var history = History()

  /// Makes a run, which continues what `folder` holds where `resumes` is set.
  ///
  /// - Parameters:
  ///   - folder: must exist.
  ///   - kernels: of the instruction set.
  package init(
    _ settings: RunSettings, _ dataset: Dataset, _ cache: ImageCache, _ split: Split,
    folder: String, resumes: Bool, threads: Int, kernels: KernelTable
  ) throws(RunError) {
    self.settings = settings
    self.dataset = dataset
    let seed = UInt32(truncatingIfNeeded: settings.seed)
    loader = BatchLoader(cache, augmentation: settings.augmentation, seed: seed)
    plainLoader = BatchLoader(cache, augmentation: .none, seed: seed)
    // As in the study, whose validation images come from the same generator.
    validationLoader =
      settings.isKerasCompatible
      ? BatchLoader(
        cache, augmentation: settings.augmentation, seed: seed, stream: .validationAugmentation)
      : plainLoader
    self.split = split
    self.folder = folder
    let architecture = settings.architecture
    do {
      network = try TrainingNetwork(
        graph: try architecture.initialGraph(seed: UInt64(settings.seed)),
        batchSize: settings.batchSize, threads: threads, kernels: kernels,
        loss: Loss(
          labelSmoothing: settings.labelSmoothing,
          classWeights: settings.balancesClasses ? Self.balance(dataset, split) : []),
        penalties: architecture.penalties, momenta: architecture.momenta,
        usesWinograd: !settings.isKerasCompatible)
    } catch {
      throw RunError(.network, "\(error)")
    }
    if settings.averageDecay != nil { network.startAveraging() }
    if resumes, access("\(folder)/last.ckpt", F_OK) == 0 { try restore() }
  }

  /// Weights with which all classes weigh the same.
  private static func balance(_ dataset: Dataset, _ split: Split) -> [Float] {
    var counts = [Int](repeating: 0, count: dataset.classes.count)
    for index in split.training { counts[dataset.samples[index].label] += 1 }
    return counts.map { Float(split.training.count) / Float(counts.count * max($0, 1)) }
  }

  /// Whether nothing is left to be trained.
  package var isFinished: Bool { progress.isFinished }
  /// The epoch that goes on or comes next.
  package var nextEpoch: Int { progress.epoch }
  /// The epoch whose weights are in `best.ckpt`.
  package var bestEpoch: Int { progress.bestEpoch }

  private var batchCount: Int {
    (split.training.count + settings.batchSize - 1) / settings.batchSize
  }

  private var schedule: LearningRateSchedule {
    let shape: LearningRateSchedule.Shape =
      switch settings.decay {
      case .constant: .constant
      case .cosine:
        .cosine(warmUp: Int(settings.warmUpEpochs * Float(batchCount)), floor: 0.01)
      case .plateau: .reduceOnPlateau(factor: 0.3, patience: max(settings.patience / 2, 1))
      }
    return LearningRateSchedule(
      base: settings.rate, shape: shape, totalSteps: settings.epochs * batchCount)
  }

  // MARK: Training

  /// Trains until the last epoch, or until no epoch was better for as many as the settings allow.
  ///
  /// - Parameter shouldStop: asked after each batch; where it answers true the run is saved, and ends
  ///   with an error that says so.
  package func train(
    shouldStop: () -> Bool, tell: (RunEvent) -> Void
  ) throws(RunError) {
    let events: TensorBoardWriter
    do throws(FileError) {
      events = try TensorBoardWriter(folder: folder, time: Self.now)
    } catch {
      throw RunError(.file, error.description)
    }
    while !progress.isFinished {
      try trainEpoch(shouldStop, tell)
      let record = finishEpoch()
      let value = settings.monitor.value(of: record)
      // Without validation nothing speaks for an earlier epoch.
      let isBest = split.validation.isEmpty || progress.best.map { value < $0 } ?? true
      if isBest { (progress.best, progress.bestEpoch) = (value, record.epoch) }
      advance(record)
      if isBest { try save("best.ckpt", withState: false) }
      try save("last.ckpt", withState: true)
      do throws(FileError) {
        try history.write(to: folder, title: settings.networkName)
        try events.write(Self.scalars(record), step: record.epoch, time: Self.now)
      } catch {
        throw RunError(.file, error.description)
      }
      tell(.epoch(record, isBest: isBest))
    }
  }

  private static var now: Double {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }

  /// Training and validation share a chart.
  private static func scalars(_ record: EpochRecord) -> [(tag: String, value: Double)] {
    let all: [(String, Double?)] = [
      ("loss/training", record.loss), ("loss/validation", record.valLoss),
      ("cross_entropy/training", record.dataLoss),
      ("cross_entropy/validation", record.valDataLoss),
      ("accuracy/training", record.accuracy), ("accuracy/validation", record.valAccuracy),
      ("auroc/validation", record.valAUROC), ("penalty", record.penalty),
      ("learning_rate", record.learningRate), ("images_per_second", record.imagesPerSecond),
    ]
    return all.compactMap { tag, value in value.map { (tag, $0) } }
  }

  private func trainEpoch(
    _ shouldStop: () -> Bool, _ tell: (RunEvent) -> Void
  ) throws(RunError) {
    let epoch = progress.epoch
    let seed = UInt32(truncatingIfNeeded: settings.seed)
    let order = loader.order(of: split.training, epoch: epoch)
    let start = ContinuousClock.now
    let before = progress.seconds
    while progress.batch < batchCount {
      let first = progress.batch * settings.batchSize
      let samples = Array(order[first..<min(first + settings.batchSize, order.count)])
      let result = network.backpropagate(
        labels: samples.map { dataset.samples[$0].label },
        dropoutKey: UInt64(seed) << 32 ^ UInt64(progress.steps)
      ) { [loader] image, room in
        // Each thread makes the image that it trains on next: none waits for another.
        loader.write(samples[image], epoch: epoch, to: room)
      }
      let penalty = settings.architecture.penalties.isEmpty ? 0 : network.penalty()
      guard (result.lossSum + penalty).isFinite else { throw notFinite() }
      network.step(
        settings.optimizer, rate: schedule.rate(step: progress.steps, plateaus: progress.plateaus),
        clipNorm: settings.clipNorm)
      if let decay = settings.averageDecay { network.updateAverages(decay: decay) }
      progress.lossSum += result.lossSum
      progress.rightCount += result.rightCount
      progress.penaltySum += penalty
      progress.steps += 1
      progress.batch += 1
      progress.seconds = before + (ContinuousClock.now - start) / .seconds(1)
      tell(.images(epoch: epoch, done: first + samples.count, total: order.count))
      if shouldStop() {
        try save("last.ckpt", withState: true)
        throw RunError(
          .interrupted,
          "stopped in epoch \(epoch) after \(progress.batch) of \(batchCount) batches; "
            + "\(folder)/last.ckpt holds all of it")
      }
    }
  }

  private func notFinite() -> RunError {
    let layer = network.firstNonFiniteLayer().map { " in layer '\($0)'" } ?? ""
    return RunError(
      .notFinite,
      "the loss is no number any more at step \(progress.steps + 1), epoch \(progress.epoch)\(layer); "
        + (progress.bestEpoch > 0
          ? "best.ckpt holds epoch \(progress.bestEpoch); " : "")
        + "take a smaller --lr, or --clip-norm 1")
  }

  /// The record of the epoch whose batches are done, validation included.
  private func finishEpoch() -> EpochRecord {
    let start = ContinuousClock.now
    let images = Double(split.training.count)
    var record = EpochRecord(
      epoch: progress.epoch, seconds: progress.seconds,
      learningRate: Double(
        schedule.rate(step: max(progress.steps - 1, 0), plateaus: progress.plateaus)),
      dataLoss: progress.lossSum / images, penalty: progress.penaltySum / Double(batchCount),
      accuracy: Double(progress.rightCount) / images,
      imagesPerSecond: images / max(progress.seconds, 1e-9))
    if !split.validation.isEmpty {
      network.exchangeAverages()
      let answers = predictions(validationLoader)
      record.valDataLoss = answers.crossEntropy
      record.valAccuracy = answers.accuracy
      record.valAUROC = answers.auroc
      record.valPenalty = settings.architecture.penalties.isEmpty ? 0 : network.penalty()
      network.exchangeAverages()
    }
    record.seconds += (ContinuousClock.now - start) / .seconds(1)
    history.records.append(record)
    return record
  }

  /// Goes to the next epoch, or to the end.
  private func advance(_ record: EpochRecord) {
    let stale = record.epoch - progress.bestEpoch
    if case .reduceOnPlateau(_, let patience) = schedule.shape,
      record.epoch - max(progress.bestEpoch, progress.plateauEpoch) >= patience
    {
      progress.plateaus += 1
      progress.plateauEpoch = record.epoch
    }
    let isLast = record.epoch >= settings.epochs
    progress.isFinished =
      isLast || !split.validation.isEmpty && settings.patience > 0 && stale >= settings.patience
    progress.epoch += 1
    (progress.batch, progress.lossSum, progress.penaltySum) = (0, 0, 0)
    (progress.rightCount, progress.seconds) = (0, 0)
  }

  /// The answers of the network of now to all validation images.
  private func predictions(_ loader: BatchLoader) -> Predictions {
    let samples = split.validation
    let epoch = progress.epoch
    var logits: [Float] = []
    for first in stride(from: 0, to: samples.count, by: settings.batchSize) {
      let stretch = Array(samples[first..<min(first + settings.batchSize, samples.count)])
      logits += network.logits(count: stretch.count) { image, room in
        loader.write(stretch[image], epoch: epoch, to: room)
      }
    }
    return Predictions(
      samples: samples, labels: samples.map { dataset.samples[$0].label }, logits: logits,
      outputs: network.outputCount)
  }

  // MARK: Checkpoints

  /// The best weights' answers to all validation images, unchanged ones even where epochs were validated
  /// on changed ones: calibration and threshold are for images as they are.
  package func bestPredictions() throws(RunError) -> Predictions {
    let checkpoint = try read("best.ckpt")
    do throws(TrainingError) {
      try network.restore(
        weights: checkpoint.weights, state: [], optimizer: settings.optimizer,
        steps: progress.steps)
    } catch {
      throw RunError(.otherRun, "\(folder)/best.ckpt: \(error.description)")
    }
    return predictions(plainLoader)
  }

  /// Tells whether a run goes on with the images it was begun with: how many there are on each side,
  /// and a checksum of names and labels. Folders above them may have been moved.
  private var images: String {
    let sides = [split.training, split.validation].map { side in
      side.map { index in
        let sample = dataset.samples[index]
        return "\(sample.label)\(sample.path.split(separator: "/").last ?? "")\n"
      }.joined()
    }
    let checksum = TensorBoardWriter.crc32c(Array(sides.joined(separator: "\n").utf8))
    return "\(split.training.count) for training, \(split.validation.count) for validation, "
      + "checksum \(String(checksum, radix: 16))"
  }

  private func read(_ name: String) throws(RunError) -> Checkpoint {
    do throws(CheckpointError) {
      return try Checkpoint(contentsOf: "\(folder)/\(name)")
    } catch {
      throw RunError(.file, error.description)
    }
  }

  private func save(_ name: String, withState: Bool) throws(RunError) {
    if !withState { network.exchangeAverages() }
    let checkpoint = Checkpoint(
      architecture: settings.architecture, weights: network.weights(),
      preprocessing: settings.preprocessing, labels: dataset.classes,
      state: withState ? network.optimizerState(settings.optimizer) : [],
      notes: [
        "progress": progress.json.text, "history": history.json.text,
        "settings": settings.identity, "images": images,
      ])
    if !withState { network.exchangeAverages() }
    do throws(CheckpointError) {
      try checkpoint.write(to: "\(folder)/\(name)")
    } catch {
      throw RunError(.file, error.description)
    }
  }

  private static func note(_ name: String, of checkpoint: Checkpoint) -> JSON? {
    checkpoint.notes[name].flatMap { try? JSON(parsing: Array($0.utf8)) }
  }

  private func restore() throws(RunError) {
    let path = "\(folder)/last.ckpt"
    let checkpoint = try read("last.ckpt")
    guard checkpoint.notes["settings"] == settings.identity else {
      throw RunError(
        .otherRun,
        "\(path): was begun with other settings; resume with those of run.json, or take another "
          + "folder")
    }
    guard checkpoint.notes["images"] == images else {
      throw RunError(
        .otherRun,
        "\(path): was begun with other images, or another split: expected "
          + "\(checkpoint.notes["images"] ?? "a note of them"), found \(images); bring them back, or "
          + "begin again in another folder")
    }
    guard
      let progress = Self.note("progress", of: checkpoint).flatMap({ Progress(json: $0) }),
      let history = Self.note("history", of: checkpoint).flatMap({ History(json: $0) })
    else {
      throw RunError(.file, "\(path): does not tell how far the run was; begin again")
    }
    do throws(TrainingError) {
      try network.restore(
        weights: checkpoint.weights, state: checkpoint.state, optimizer: settings.optimizer,
        steps: progress.steps)
    } catch {
      throw RunError(.otherRun, "\(path): \(error.description)")
    }
    self.progress = progress
    self.history = history
  }
}
