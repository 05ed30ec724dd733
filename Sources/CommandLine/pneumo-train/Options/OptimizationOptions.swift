import ArgumentParser
import PneumoExperiment

/// How weights are fitted.
struct OptimizationOptions: ParsableArguments {
  @Option(help: "Epochs at most. (default: 30, study2 and study3 20, pneumo 24)")
  var epochs: Int?

  @Option(help: "Images of a batch. (default: 16, pneumo 32)")
  var batch: Int?

  @Option(help: "The learning rate. (default: 0.0001, pneumo 0.002)")
  var lr: Float?

  @Option(help: "adam, adamw or sgd. (default: adam, pneumo adamw)")
  var optimizer: OptimizerName?

  @Option(help: "constant, cosine or plateau. (default: constant, pneumo cosine)")
  var schedule: RateDecay?

  @Option(help: "AdamW's weight decay.")
  var weightDecay: Float = 0.05

  @Option(help: "Gradients of a greater norm are scaled down to it. (default: none, pneumo 1)")
  var clipNorm: Float?

  @Option(help: "Decay of moving averages of the weights. (default: none, pneumo 0.998)")
  var average: Float?

  @Option(help: "How much of the target is spread over all classes.")
  var labelSmoothing: Float = 0

  @Flag(help: "Let all classes weigh the same, however many images they have.")
  var balance = false

  @Option(help: "The seed of all random numbers but those of splits.")
  var seed = 42

  func validate() throws {
    try check(epochs.map { $0 > 0 } ?? true, "--epochs must be at least 1.")
    try check(batch.map { (1...4096).contains($0) } ?? true, "--batch must be 1 to 4096.")
    try check(lr.map { $0 > 0 && $0.isFinite } ?? true, "--lr must be greater than 0.")
    try check(
      weightDecay >= 0 && weightDecay.isFinite, "--weight-decay must be 0 or greater.")
    try check(
      clipNorm.map { $0 > 0 && $0.isFinite } ?? true, "--clip-norm must be greater than 0.")
    try check((0..<1).contains(labelSmoothing), "--label-smoothing must be 0 to below 1.")
    try check(average.map { (0..<1).contains($0) } ?? true, "--average must be 0 to below 1.")
    try check(seeds.contains(seed), "--seed must be 0 to \(seeds.upperBound).")
  }
}

/// What `--optimizer` takes.
enum OptimizerName: String, ExpressibleByArgument, CaseIterable {
  case adam, adamw, sgd
}

extension RateDecay: ExpressibleByArgument {}

/// What seeds may be: a word of NumPy's generators.
let seeds = 0...Int(UInt32.max)

/// Throws `message` as wrong usage where something is not good.
func check(_ isGood: Bool, _ message: String) throws {
  if !isGood { throw ValidationError(message) }
}
