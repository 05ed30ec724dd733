import PneumoCheckpoint
import PneumoDataset
import PneumoEvaluation
import PneumoModel
import PneumoSupport
import PneumoTraining

/// What decides whether an epoch is the best so far.
package enum Monitor: String, Hashable, Sendable, CaseIterable {
  /// Area under the ROC curve on validation; two classes only.
  case auroc
  /// Cross-entropy on validation.
  case crossEntropy = "cross-entropy"
  /// Cross-entropy and L2 penalty, as Keras' `val_loss`.
  case valLoss = "val-loss"

  /// The value of an epoch, of which less is better; `nil` where it is undefined.
  func value(of record: EpochRecord) -> Double? {
    switch self {
    case .auroc: record.valAUROC.map { -$0 }
    case .crossEntropy: record.valDataLoss ?? record.dataLoss
    case .valLoss: record.valLoss ?? record.loss
    }
  }
}

/// How the learning rate goes down.
package enum RateDecay: String, Hashable, Sendable, CaseIterable {
  case constant
  case cosine
  case plateau
}

/// All that a run depends on, besides its images.
package struct RunSettings: Hashable, Sendable {
  /// What the network is called.
  package var networkName: String
  /// The network.
  package var architecture: Architecture
  /// How images become inputs.
  package var preprocessing: Preprocessing
  /// Epochs at most.
  package var epochs = 30
  /// Images of a batch.
  package var batchSize = 16
  /// How gradients change the weights.
  package var optimizer = Optimizer.adam()
  /// The learning rate.
  package var rate: Float = 1e-4
  /// How the rate goes down.
  package var decay = RateDecay.constant
  /// Epochs over which a cosine schedule warms up.
  package var warmUpEpochs: Float = 1
  /// The greatest norm of a gradient.
  package var clipNorm: Float?
  /// The decay of moving averages of the weights.
  package var averageDecay: Float?
  /// How much of the target is spread over all classes.
  package var labelSmoothing: Float = 0
  /// Whether classes weigh the same, however many images they have.
  package var balancesClasses = false
  /// How images are varied.
  package var augmentation = Augmentation.none
  /// The seed of all random numbers.
  package var seed = 42
  /// After how many epochs without a better one training ends; 0: never.
  package var patience = 5
  /// What is better.
  package var monitor = Monitor.crossEntropy
  /// Whether validation images are augmented too, and sums are plain, as in the study.
  package var isKerasCompatible = false
  /// How the threshold is chosen.
  package var operatingPoint = OperatingPoint.youden

  /// Settings of a network, the rest as in the study.
  package init(networkName: String, architecture: Architecture, preprocessing: Preprocessing) {
    self.networkName = networkName
    self.architecture = architecture
    self.preprocessing = preprocessing
  }

  /// What `run.json` says.
  package var json: JSON {
    .object(members + [JSON.Member("operating_point", .string(operatingPoint.description))])
  }

  /// All that weights depend on: a run goes on only with the same. The threshold may be chosen again.
  var identity: String { JSON.object(members).text }

  private var members: [JSON.Member] {
    let pairs: KeyValuePairs<String, JSON> = [
      "network": .string(networkName), "epochs": .int(epochs), "batch": .int(batchSize),
      "optimizer": optimizer.json, "lr": .float(rate),
      "schedule": .string(decay.rawValue), "warm_up_epochs": .float(warmUpEpochs),
      "clip_norm": clipNorm.map { .float($0) } ?? .null,
      "average_decay": averageDecay.map { .float($0) } ?? .null,
      "label_smoothing": .float(labelSmoothing), "balance_classes": .bool(balancesClasses),
      "augment": augmentation.json, "seed": .int(seed), "patience": .int(patience),
      "monitor": .string(monitor.rawValue), "keras_compatible": .bool(isKerasCompatible),
      "preprocessing": preprocessing.json, "architecture": architecture.json,
    ]
    return pairs.map { JSON.Member($0, $1) }
  }
}

extension Optimizer {
  fileprivate var json: JSON {
    switch self {
    case .adam(let beta1, let beta2, let epsilon, let weightDecay):
      .object([
        "name": .string(weightDecay == 0 ? "adam" : "adamw"), "beta1": .double(beta1),
        "beta2": .double(beta2), "epsilon": .float(epsilon), "weight_decay": .float(weightDecay),
      ])
    case .sgd(let momentum):
      .object(["name": .string("sgd"), "momentum": .double(momentum)])
    }
  }
}

extension Augmentation {
  fileprivate var json: JSON {
    func range(_ range: ClosedRange<Double>) -> JSON {
      .array([.double(range.lowerBound), .double(range.upperBound)])
    }
    return .object([
      "computed_as": .string(convention.rawValue), "rotation": .double(rotation),
      "shift": .double(shift),
      "shear": .double(shear), "zoom": .double(zoom), "flip": .bool(flip), "scale": range(scale),
      "aspect": .double(aspect), "gamma": range(gamma), "contrast": .double(contrast),
      "brightness": .double(brightness), "blur": .double(blur), "noise": .double(noise),
      "erasing": .double(erasing), "erased_area": range(erasedArea), "share": .double(share),
    ])
  }
}
