import ArgumentParser
import Pneumo
import PneumoConcurrency
import PneumoConsole
import PneumoEvaluation
import PneumoReport
import PneumoSupport
import PneumoToolSupport

/// The command: reads the arguments, evaluates, prints.
struct Evaluate: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "pneumo-eval",
    abstract: "Measures how good a model is on labeled images, and writes a report.",
    discussion: """
      DATA is a folder of class folders with JPEG images, or a table path,label[,patient] whose name \
      ends in .csv. Class names must be the model's labels. Several models are measured on the same \
      images and compared with the first. Files that cannot be read are reported and left out; the \
      exit code is then 1. It is 2 for wrong usage.

      With --output there are index.html (one file that makes no external requests), metrics.json \
      and predictions.csv in a folder.

      EXAMPLES
        pneumo-eval model.pnm xrays/test
        pneumo-eval model.pnm xrays/test --output report
        pneumo-eval a.pnm xrays/test --model b.pnm --model c.pnm --ensemble -o report
        pneumo-eval model.pnm xrays/val --choose sensitivity=0.95 --save-threshold careful.pnm
        pneumo-eval model.pnm xrays/test --prevalence 0.05 --format json
        pneumo-eval --predictions scores.csv -o report

      ENVIRONMENT
        PNEUMO_NUM_THREADS  threads, where --threads is not given
        PNEUMO_ISA          baseline, avx2 or avx512, where --isa is not given

      Pneumo is no medical device.
      """)

  @Argument(help: "The model, a .pnm file.")
  var model: String?

  @Argument(help: "A folder of class folders, or a .csv table.")
  var data: String?

  @Option(
    name: .customLong("model"),
    help: ArgumentHelp("Another model to measure on the same images.", valueName: "file"))
  var others: [String] = []

  @Flag(help: "Measure all models together too: the mean of their logits.")
  var ensemble = false

  @Option(
    help: "Test-time augmentation: flip for the mean of the logits of image and mirror image.")
  var tta: TestTimeAugmentation?

  @Option(
    help: ArgumentHelp(
      """
      Instead of models and data: a table of scores made elsewhere, with the columns label and \
      probability (or logit, or probability_NAME for every class), and if wanted path, patient and \
      model.
      """, valueName: "file"))
  var predictions: [String] = []

  @Option(name: [.short, .long], help: "The folder of the report.")
  var output: String?

  @Option(help: "The positive class is chosen above this probability. (default: the model's)")
  var threshold: Double?

  @Option(
    help: """
      Choose the threshold on these images: youden, sensitivity=0.95, or cost=FN:5,FP:1 for what a \
      missed positive and a false alarm cost.
      """)
  var choose: String?

  @Option(
    help: ArgumentHelp(
      "Write a copy of the model with the threshold of --choose or --threshold.",
      valueName: "file"))
  var saveThreshold: String?

  @Option(help: "The share of positives where the model is to be used, for PPV and NPV there.")
  var prevalence: Double?

  @Option(help: "With --predictions: the positive class. (default: the second by name)")
  var positive: String?

  @Option(
    name: .customLong("run"),
    help: ArgumentHelp(
      "The folder of a run of pneumo-train, whose training curves the report is to show.",
      valueName: "folder"))
  var runFolder: String?

  @Option(help: "X-rays of each kind in the report; 0 for none.")
  var gallery = 8

  @Option(
    help: "Their heat maps. gradcam: by the last convolution. occlusion: by hiding parts, slow.")
  var heatmapMethod = HeatMapMethod.gradcam

  @Option(help: "The title of the report.")
  var title: String?

  @Option(help: "How the numbers are printed: table or json.")
  var format = Format.table

  @Option(help: "Resamples of the bootstrap.")
  var resamples = 2000

  @Option(help: "What the bootstrap and the choice of pictures follow.")
  var seed = 1

  @Option(help: "Threads. (default: what this process may use)")
  var threads: Int?

  @Option(help: "Use this instruction set: baseline, avx2 or avx512. (default: the best)")
  var isa: String?

  /// What `--format` takes.
  enum Format: String, ExpressibleByArgument, CaseIterable {
    case table, json
  }

  func validate() throws {
    func check(_ isGood: Bool, _ message: String) throws {
      if !isGood { throw ValidationError(message) }
    }
    if predictions.isEmpty {
      try check(model != nil, "Missing expected argument '<model>', a .pnm file.")
      try check(data != nil, "Missing expected argument '<data>', a folder or a .csv table.")
      try check(positive == nil, "--positive goes with --predictions.")
      try check(
        !ensemble || !others.isEmpty, "--ensemble needs another model: name it with --model.")
    } else {
      try check(
        model == nil && others.isEmpty,
        "--predictions stands instead of models and data; give one or the other.")
      try check(saveThreshold == nil, "--save-threshold needs a model.")
      try check(!ensemble && tta == nil, "--ensemble and --tta need models.")
    }
    for (name, value) in [("--threshold", threshold), ("--prevalence", prevalence)] {
      try check(
        value.map { (0...1).contains($0) } ?? true,
        "\(name) is \(value ?? 0), expected 0 to 1.")
    }
    let point = choose.flatMap { OperatingPoint($0) }
    var isRule = point != nil
    if case .fixed = point { isRule = false }
    try check(
      choose == nil || isRule,
      "--choose is '\(choose ?? "")', expected youden, sensitivity=0.95 or cost=FN:5,FP:1.")
    try check(choose == nil || threshold == nil, "Give --choose or --threshold, not both.")
    try check(
      saveThreshold == nil || choose != nil || threshold != nil,
      "--save-threshold needs --choose or --threshold.")
    try check((0...200).contains(gallery), "--gallery is \(gallery), expected 0 to 200.")
    try check(
      (10...1_000_000).contains(resamples),
      "--resamples is \(resamples), expected 10 to 1000000.")
    try check(seed >= 0, "--seed is \(seed), expected 0 or more.")
    try check(
      threads.map { (1...ThreadCount.maximum).contains($0) } ?? true,
      "--threads is \(threads ?? 0), expected 1 to \(ThreadCount.maximum).")
    try PneumoToolSupport.validate(instructionSet: isa)
  }

  func run() throws {
    Interrupt.observe()
    try EvaluationRun(self).run()
  }
}
