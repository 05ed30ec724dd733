import PneumoCheckpoint
import PneumoSupport

/// The measurements of one epoch.
package struct EpochRecord: Hashable, Sendable {
  /// A number of an epoch, under the name that files give it. `nil`: there was no validation.
  package struct Field: Hashable, Sendable {
    /// As in `history.csv`.
    package let name: String
    /// The number.
    package let value: Double?
  }

  /// Counts from 1.
  package var epoch: Int
  /// Wall-clock time, validation included.
  package var seconds: Double
  /// Of the last step.
  package var learningRate: Double
  /// Mean over the epoch of the cross-entropy while training, with dropout and augmentation.
  package var dataLoss: Double
  /// Mean over the steps of the L2 penalty.
  package var penalty: Double
  /// Share of images that were classified correctly while training.
  package var accuracy: Double
  /// Cross-entropy on validation.
  package var valDataLoss: Double?
  /// The penalty after the epoch, for a `val_loss` as Keras reports it.
  package var valPenalty: Double?
  /// Share of validation images that are classified correctly.
  package var valAccuracy: Double?
  /// Of two classes.
  package var valAUROC: Double?
  /// Images trained on each second, validation not counted.
  package var imagesPerSecond: Double

  /// What is minimized: data term and penalty.
  package var loss: Double { dataLoss + penalty }
  /// The same on validation.
  package var valLoss: Double? { valDataLoss.map { $0 + (valPenalty ?? 0) } }

  /// A record.
  package init(
    epoch: Int, seconds: Double, learningRate: Double, dataLoss: Double, penalty: Double,
    accuracy: Double, valDataLoss: Double? = nil, valPenalty: Double? = nil,
    valAccuracy: Double? = nil, valAUROC: Double? = nil, imagesPerSecond: Double
  ) {
    self.epoch = epoch
    self.seconds = seconds
    self.learningRate = learningRate
    self.dataLoss = dataLoss
    self.penalty = penalty
    self.accuracy = accuracy
    self.valDataLoss = valDataLoss
    self.valPenalty = valPenalty
    self.valAccuracy = valAccuracy
    self.valAUROC = valAUROC
    self.imagesPerSecond = imagesPerSecond
  }

  /// All numbers but that of the epoch, in the order of files.
  package var fields: [Field] {
    [
      Field(name: "seconds", value: seconds), Field(name: "lr", value: learningRate),
      Field(name: "loss", value: loss), Field(name: "data_loss", value: dataLoss),
      Field(name: "penalty", value: penalty), Field(name: "accuracy", value: accuracy),
      Field(name: "val_loss", value: valLoss), Field(name: "val_data_loss", value: valDataLoss),
      Field(name: "val_penalty", value: valPenalty),
      Field(name: "val_accuracy", value: valAccuracy), Field(name: "val_auroc", value: valAUROC),
      Field(name: "images_per_second", value: imagesPerSecond),
    ]
  }

  /// One object of `history.json`.
  package var json: JSON {
    .object(
      [JSON.Member("epoch", .int(epoch))]
        + fields.map { JSON.Member($0.name, $0.value.map { .double($0) } ?? .null) })
  }

  /// Reads what ``json`` wrote; `nil` where a number is missing.
  package init?(json: JSON) {
    func number(_ name: String) -> Double? { json[name]?.double }
    guard let epoch = json["epoch"]?.int, let seconds = number("seconds"),
      let rate = number("lr"), let dataLoss = number("data_loss"),
      let penalty = number("penalty"), let accuracy = number("accuracy"),
      let speed = number("images_per_second")
    else { return nil }
    self.init(
      epoch: epoch, seconds: seconds, learningRate: rate, dataLoss: dataLoss, penalty: penalty,
      accuracy: accuracy, valDataLoss: number("val_data_loss"), valPenalty: number("val_penalty"),
      valAccuracy: number("val_accuracy"), valAUROC: number("val_auroc"), imagesPerSecond: speed)
  }
}
