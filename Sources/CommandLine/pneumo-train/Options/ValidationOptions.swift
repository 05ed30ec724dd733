import ArgumentParser
import PneumoEvaluation
import PneumoExperiment

/// What networks are validated with, and what follows from it.
struct ValidationOptions: ParsableArguments {
  @Option(
    help: """
      The share of each class that is validated with: patients drawn at random, all images of each. \
      0: train on all.
      """)
  var validationSplit = 0.1

  @Option(
    help: """
      The seed of --validation-split and --folds: with the same, runs of several --seed have the \
      same splits.
      """)
  var splitSeed = 42

  @Option(help: "End after this many epochs without a better one; 0: never. (default: 5, pneumo 0)")
  var patience: Int?

  @Option(
    help: """
      What makes an epoch the best: auroc, cross-entropy, or val-loss, which has the penalty. \
      (default: cross-entropy)
      """)
  var monitor: Monitor?

  @Option(
    help: """
      How the threshold is chosen: youden, sensitivity=0.95, or a probability. (default: youden)
      """)
  var operatingPoint: String?

  @Flag(
    help: """
      As in the study: monitor val_loss with the penalty, augment validation images too, validate \
      with the first images of each class, whoever their patients are, and sum plainly.
      """)
  var kerasCompatible = false

  func validate() throws {
    try check(
      validationSplit >= 0 && validationSplit < 1, "--validation-split must be 0 to below 1.")
    try check(seeds.contains(splitSeed), "--split-seed must be 0 to \(seeds.upperBound).")
    try check(patience.map { $0 >= 0 } ?? true, "--patience must be 0 or greater.")
    try check(
      operatingPoint.map { OperatingPoint($0) != nil } ?? true,
      "--operating-point is '\(operatingPoint ?? "")', expected youden, sensitivity=0.95 or 0.5.")
  }
}

extension Monitor: ExpressibleByArgument {}
