import PneumoCheckpoint
import PneumoDataset
import PneumoKernelABI
import PneumoModel
import PneumoSystem
import PneumoTraining

/// What a training tells while it goes on.
package enum TrainingEvent: Sendable {
  /// It goes on after these epochs; their records have been written again from the checkpoint.
  case restored(History)
  /// Images of the epoch that were trained on.
  case images(epoch: Int, done: Int, total: Int)
  /// An epoch has ended.
  case epoch(EpochRecord, isBest: Bool)
  /// Something that the training does without failed.
  case warning(String)
}

/// The training of one network on one split, in a folder of its own.
///
/// `last.ckpt` is the only truth about how far it has come. It is replaced first, in one step of the
/// file system; `best.ckpt`, the histories and the events for TensorBoard follow from it, and are
/// made again from it when a training goes on. So a process may be killed at any time.
package final class TrainingLoop {
  /// What the training depends on.
  package let settings: RunSettings
  let dataset: Dataset
  let images: TrainingImages
  let loader: BatchLoader
  /// Of images as they are.
  let plainLoader: BatchLoader
  let validationLoader: BatchLoader
  let split: Split
  /// Where its files are.
  package let folder: String
  let network: TrainingNetwork
  /// A hash of names, classes and contents of all images of the split, in their order.
  let imagesIdentity: String
  var progress = Progress()
  /// The epochs so far.
  package internal(set) var history = History()

  /// Prepares a training; with `resumes`, the one that `folder` holds goes on.
  ///
  /// - Parameters:
  ///   - folder: exists, and is held by the caller's ``RunFolder``.
  ///   - kernels: of the instruction set.
  package init(
    _ settings: RunSettings, _ cache: ImageCache, _ split: Split, folder: String, resumes: Bool,
    threads: Int, kernels: KernelTable
  ) throws(RunError) {
    self.settings = settings
    dataset = cache.dataset
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
    images = cache.trainingImages(of: split)
    imagesIdentity = cache.identity(of: split)
    let architecture = settings.architecture
    do {
      network = try TrainingNetwork(
        graph: architecture.initialGraph(seed: UInt64(settings.seed)),
        batchSize: settings.batchSize, threads: threads, kernels: kernels,
        loss: Loss(
          labelSmoothing: settings.labelSmoothing,
          classWeights: settings.balancesClasses
            ? Self.balancedWeights(cache.dataset, split) : []),
        penalties: architecture.penalties, momenta: architecture.momenta,
        usesWinograd: !settings.isKerasCompatible)
    } catch {
      throw RunError(.network, "\(error)")
    }
    if settings.averageDecay != nil { network.startAveraging() }
    if resumes { try restore() }
  }

  /// For each class the weight of its images with which all classes weigh the same, and the mean
  /// weight of an image is 1: `n / (classes * n of the class)`, as scikit-learn's `balanced`.
  static func balancedWeights(_ dataset: Dataset, _ split: Split) -> [Float] {
    let counts = dataset.classCounts(of: split.training)
    return counts.map { Float(split.training.count) / Float(counts.count * max($0, 1)) }
  }

  /// Whether nothing is left to be trained.
  package var isFinished: Bool { progress.isFinished }
  /// The epoch that goes on or comes next.
  package var nextEpoch: Int { progress.epoch }
  /// The epoch whose weights are in `best.ckpt`.
  package var bestEpoch: Int { progress.bestEpoch }

  var batchCount: Int {
    (split.training.count + settings.batchSize - 1) / settings.batchSize
  }

  var schedule: LearningRateSchedule {
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

  /// Trains until the last epoch, or until no epoch was better for as many as the settings allow.
  ///
  /// - Parameter shouldStop: asked after each batch, in training and in validation; where it returns
  ///   true the state is saved, and an error says so.
  package func train(
    shouldStop: () -> Bool, tell: (TrainingEvent) -> Void
  ) throws(RunError) {
    var events = EventLog(folder: folder)
    if !history.records.isEmpty {
      try repairBest()
      try writeHistory()
      tell(.restored(history))
    }
    for record in history.records { events.write(record, tell) }
    while !progress.isFinished {
      try trainEpoch(shouldStop, tell)
      let record = try finishEpoch(shouldStop)
      history.records.append(record)
      let isBest = progress.judge(
        settings.monitor.value(of: record), hasValidation: !split.validation.isEmpty)
      advance(record)
      try save("last.ckpt", withState: true)
      if isBest { try save("best.ckpt", withState: false) }
      try writeHistory()
      events.write(record, tell)
      tell(.epoch(record, isBest: isBest))
    }
    guard progress.bestEpoch > 0 else {
      throw RunError(
        .notFinite,
        "\(settings.monitor.rawValue) was not finite (NaN or infinity) after any epoch, so none is "
          + "the best; use a smaller --lr, or --clip-norm 1")
    }
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
    (progress.correctCount, progress.seconds) = (0, 0)
  }

  private func writeHistory() throws(RunError) {
    do throws(FileError) {
      try history.write(to: folder)
    } catch {
      throw RunError(.file, error.description)
    }
  }
}
