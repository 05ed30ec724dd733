import ArgumentParser
import PneumoCheckpoint
import PneumoCompute
import PneumoConcurrency
import PneumoConsole
import PneumoDataset
import PneumoEvaluation
import PneumoExperiment
import PneumoModel
import PneumoSupport
import PneumoToolSupport
import PneumoTraining

/// The command: reads the arguments, trains, prints.
struct Train: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "pneumo-train",
    abstract: "Trains an image classifier on the CPU, and writes best.ckpt.",
    discussion: """
      DATA is a folder of class folders with JPEG images, or a table path,label[,patient] whose name \
      ends in .csv. Images of one patient (told by names such as person12_virus_3.jpeg, or by the \
      table) never stand on both sides of a split, unless --keras-compatible asks for Keras' split.

      The folder of a run gets best.ckpt, last.ckpt, history.csv, history.json, curves.svg, events for \
      TensorBoard, run.json, predictions.csv and metrics.json. Ctrl-C finishes the batch and saves; \
      --resume goes on, and ends with the same bits as a run that was never stopped.

      EXAMPLES
        pneumo-train xrays/train --network study1 --output run
        pneumo-train xrays/train --network pneumo --augment robust --output run
        pneumo-train xrays/train --network study3 --folds 5 --ensemble --output folds
        pneumo-train xrays/train --folds 5 --refit --output final
        pneumo-train xrays/train --network mine.json --size 128 --output run
        pneumo-train --resume run
        pneumo-convert run/best.ckpt model.pnm --precision f16

      ENVIRONMENT
        PNEUMO_NUM_THREADS  threads, where --threads is not given
        PNEUMO_ISA          baseline, avx2 or avx512, where --isa is not given

      Pneumo is no medical device.
      """)

  @Argument(help: "A folder of class folders, or a .csv table.")
  var data: String?

  @Option(
    help: "study1, study2, study3, study4, pneumo, or a .json file: see Models/ARCHITECTURE.md.")
  var network = "pneumo"

  @Option(name: [.short, .long], help: "The folder of the run.")
  var output: String?

  @Option(
    help: ArgumentHelp(
      "Go on with the run in this folder, with the data and settings it was begun with.",
      valueName: "folder"))
  var resume: String?

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

  @Option(help: "How much of the truth is spread over all classes.")
  var labelSmoothing: Float = 0

  @Flag(help: "Let all classes weigh the same, however many images they have.")
  var balance = false

  @Option(help: "What all random decisions follow.")
  var seed = 42

  @Option(help: "What --folds follows: with the same, runs of several seeds have the same folds.")
  var splitSeed = 42

  @Option(help: "The side of the images. (default: the network's)")
  var size: Int?

  @Option(help: "End after this many epochs without a better one; 0: never. (default: 5, pneumo 0)")
  var patience: Int?

  @Option(
    help: "auroc, cross-entropy or val-loss (with the penalty). (default: cross-entropy)")
  var monitor: Monitor?

  @Option(help: "The share of each class that validation gets, by Keras' rule.")
  var validationSplit = 0.1

  @Option(help: "Train this many networks, each validated on other patients.")
  var folds: Int?

  @Option(help: "Of the folds, train only this one, from 0.")
  var fold: Int?

  @Flag(
    help: "Freeze the network of each fold, and write ensemble.pnm, which averages their logits.")
  var ensemble = false

  @Flag(
    help: """
      Then train on all images, for as many epochs as the folds needed, with the calibration and \
      threshold that were chosen on them.
      """)
  var refit = false

  @Option(
    help: "How the threshold is chosen: youden, sensitivity=0.95, or a probability.")
  var operatingPoint = "youden"

  @Flag(
    help: """
      As the study: monitor val_loss with the penalty, augment validation images too, keep Keras' \
      split although patients stand on both sides, and sum plainly.
      """)
  var kerasCompatible = false

  @OptionGroup(title: "AUGMENTATION")
  var augmentation: AugmentationOptions

  @Flag(help: "Leave out images that cannot be read.")
  var skipBad = false

  @Option(help: "Threads. (default: what this process may use)")
  var threads: Int?

  @Option(help: "Use this instruction set: baseline, avx2 or avx512. (default: the best)")
  var isa: String?

  func validate() throws {
    func check(_ isGood: Bool, _ message: String) throws {
      if !isGood { throw ValidationError(message) }
    }
    if resume == nil {
      try check(data != nil, "Missing expected argument '<data>', a folder or a .csv table.")
      try check(output != nil, "Missing expected option '--output <output>', a folder.")
    }
    try check(epochs.map { $0 > 0 } ?? true, "--epochs must be at least 1.")
    try check(batch.map { (1...4096).contains($0) } ?? true, "--batch must be 1 to 4096.")
    try check(lr.map { $0 > 0 && $0.isFinite } ?? true, "--lr must be greater than 0.")
    try check(
      size.map { (8...1024).contains($0) } ?? true, "--size must be 8 to 1024.")
    try check(
      validationSplit >= 0 && validationSplit < 1, "--validation-split must be 0 to below 1.")
    try check(folds.map { (2...100).contains($0) } ?? true, "--folds must be 2 to 100.")
    try check(
      threads.map { (1...ThreadCount.maximum).contains($0) } ?? true,
      "--threads must be 1 to \(ThreadCount.maximum).")
    try check(
      (0..<1).contains(labelSmoothing), "--label-smoothing must be 0 to below 1.")
    try check(
      average.map { (0..<1).contains($0) } ?? true, "--average must be 0 to below 1.")
    let seeds = 0...Int(UInt32.max)
    try check(seeds.contains(seed), "--seed must be 0 to \(seeds.upperBound).")
    try check(seeds.contains(splitSeed), "--split-seed must be 0 to \(seeds.upperBound).")
    if let fold {
      guard let folds else { throw ValidationError("--fold goes with --folds.") }
      try check((0..<folds).contains(fold), "--fold is \(fold), expected 0 to \(folds - 1).")
    }
    try check(
      !ensemble || folds != nil && fold == nil, "--ensemble goes with --folds, all of them.")
    try augmentation.check()
    try check(
      OperatingPoint(operatingPoint) != nil,
      "--operating-point is '\(operatingPoint)', expected youden, sensitivity=0.95 or 0.5.")
    try PneumoToolSupport.validate(instructionSet: isa)
  }

  func run() throws {
    if let resume {
      guard data == nil, output == nil else {
        throw ValidationError("--resume knows data and folder; give neither <data> nor --output.")
      }
      let output = RunRecord.absolute(resume)
      let record = try RunRecord(folder: resume)
      let command = try record.reopen(with: Array(CommandLine.arguments.dropFirst()))
      try Training(command, record, output: output, resumes: true).run()
    } else if let output {
      try Training(self, RunRecord(), output: output, resumes: false).run()
    }
  }
}

/// What `--optimizer` takes.
enum OptimizerName: String, ExpressibleByArgument, CaseIterable {
  case adam, adamw, sgd
}

extension RateDecay: ExpressibleByArgument {}
extension Monitor: ExpressibleByArgument {}
