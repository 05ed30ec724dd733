import PneumoDataset
import PneumoTraining

extension TrainingLoop {
  /// Trains on the batches of the epoch that are left.
  func trainEpoch(
    _ shouldStop: () -> Bool, _ tell: (TrainingEvent) -> Void
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
        // Each worker prepares the image that it trains on next: none waits for another.
        loader.write(samples[image], epoch: epoch, to: room)
      }
      let penalty = settings.architecture.penalties.isEmpty ? 0 : network.penalty()
      guard (result.lossSum + penalty).isFinite else { throw notFinite() }
      network.step(
        settings.optimizer, rate: schedule.rate(step: progress.steps, plateaus: progress.plateaus),
        clipNorm: settings.clipNorm)
      if let decay = settings.averageDecay { network.updateAverages(decay: decay) }
      progress.lossSum += result.lossSum
      progress.correctCount += result.correctCount
      progress.penaltySum += penalty
      progress.steps += 1
      progress.batch += 1
      progress.seconds = before + (ContinuousClock.now - start) / .seconds(1)
      tell(.images(epoch: epoch, done: first + samples.count, total: order.count))
      if shouldStop() { try stop() }
    }
  }

  /// The record of the epoch whose batches are done, validation included.
  func finishEpoch(_ shouldStop: () -> Bool) throws(RunError) -> EpochRecord {
    let start = ContinuousClock.now
    let images = Double(split.training.count)
    var record = EpochRecord(
      epoch: progress.epoch, seconds: progress.seconds,
      learningRate: Double(
        schedule.rate(step: max(progress.steps - 1, 0), plateaus: progress.plateaus)),
      dataLoss: progress.lossSum / images, penalty: progress.penaltySum / Double(batchCount),
      accuracy: Double(progress.correctCount) / images,
      imagesPerSecond: images / max(progress.seconds, 1e-9))
    if !split.validation.isEmpty {
      network.exchangeAverages()
      let predictions = predictions(validationLoader, shouldStop)
      record.valPenalty = settings.architecture.penalties.isEmpty ? 0 : network.penalty()
      network.exchangeAverages()
      guard let predictions else { try stop() }
      record.valDataLoss = predictions.crossEntropy
      record.valAccuracy = predictions.accuracy
      record.valAUROC = predictions.auroc
    }
    record.seconds += (ContinuousClock.now - start) / .seconds(1)
    return record
  }

  /// The predictions of the network, as it is, for all validation images; `nil` where it was stopped.
  func predictions(_ loader: BatchLoader, _ shouldStop: () -> Bool) -> Predictions? {
    let samples = split.validation
    let epoch = progress.epoch
    var logits: [Float] = []
    for first in stride(from: 0, to: samples.count, by: settings.batchSize) {
      if first > 0, shouldStop() { return nil }
      let batch = Array(samples[first..<min(first + settings.batchSize, samples.count)])
      logits += network.logits(count: batch.count) { image, room in
        loader.write(batch[image], epoch: epoch, to: room)
      }
    }
    return Predictions(
      samples: samples, labels: samples.map { dataset.samples[$0].label }, logits: logits,
      outputs: network.outputCount)
  }

  /// Saves the state, and ends the training.
  private func stop() throws(RunError) -> Never {
    try save("last.ckpt", withState: true)
    throw RunError(
      .interrupted,
      "stopped in epoch \(progress.epoch) after \(progress.batch) of \(batchCount) batches; "
        + "\(folder)/last.ckpt holds all of it")
  }

  private func notFinite() -> RunError {
    let layer = network.firstNonFiniteLayer().map { " in layer '\($0)'" } ?? ""
    return RunError(
      .notFinite,
      "the loss is not finite (NaN or infinity) at step \(progress.steps + 1), epoch "
        + "\(progress.epoch)\(layer); "
        + (progress.bestEpoch > 0 ? "best.ckpt holds epoch \(progress.bestEpoch); " : "")
        + "use a smaller --lr, or --clip-norm 1")
  }
}
