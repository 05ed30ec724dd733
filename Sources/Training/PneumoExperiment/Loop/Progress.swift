import PneumoCheckpoint
import PneumoSupport

/// How far a training has come: what a checkpoint stores so that it goes on with the same bits.
struct Progress: Hashable, Sendable {
  /// The epoch that goes on or comes next, from 1.
  var epoch = 1
  /// Batches of it that are done.
  var batch = 0
  /// Sums over those batches.
  var lossSum = 0.0
  var penaltySum = 0.0
  var correctCount = 0
  var seconds = 0.0
  /// Steps of the optimizer in all.
  var steps = 0
  /// The least value that the monitor has had, and the epoch, 0 where there is none yet.
  var best: Double?
  var bestEpoch = 0
  /// Times that the rate was reduced, and the epoch of the last time.
  var plateaus = 0
  var plateauEpoch = 0
  var isFinished = false

  var json: JSON {
    .object([
      "epoch": .int(epoch), "batch": .int(batch), "loss_sum": .double(lossSum),
      "penalty_sum": .double(penaltySum), "correct_count": .int(correctCount),
      "seconds": .double(seconds), "steps": .int(steps), "best": best.map { .double($0) } ?? .null,
      "best_epoch": .int(bestEpoch), "plateaus": .int(plateaus),
      "plateau_epoch": .int(plateauEpoch), "finished": .bool(isFinished),
    ])
  }

  init() {}

  /// Whether the epoch that has ended is the best so far, which is noted.
  ///
  /// One whose value is undefined or not finite is not. Without validation each is, since nothing
  /// speaks for an earlier one.
  ///
  /// - Parameter value: of the monitor; less is better.
  mutating func judge(_ value: Double?, hasValidation: Bool) -> Bool {
    if hasValidation {
      guard let value, value.isFinite, best.map({ value < $0 }) ?? true else { return false }
    }
    (best, bestEpoch) = (value, epoch)
    return true
  }

  init?(json: JSON) {
    guard let epoch = json["epoch"]?.int, let batch = json["batch"]?.int,
      let lossSum = json["loss_sum"]?.double, let penaltySum = json["penalty_sum"]?.double,
      let correctCount = json["correct_count"]?.int, let seconds = json["seconds"]?.double,
      let steps = json["steps"]?.int, let bestEpoch = json["best_epoch"]?.int,
      let plateaus = json["plateaus"]?.int, let plateauEpoch = json["plateau_epoch"]?.int,
      let isFinished = json["finished"]?.bool
    else { return nil }
    self.epoch = epoch
    self.batch = batch
    self.lossSum = lossSum
    self.penaltySum = penaltySum
    self.correctCount = correctCount
    self.seconds = seconds
    self.steps = steps
    best = json["best"]?.double
    self.bestEpoch = bestEpoch
    self.plateaus = plateaus
    self.plateauEpoch = plateauEpoch
    self.isFinished = isFinished
  }
}
