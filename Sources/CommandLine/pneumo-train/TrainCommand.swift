import ArgumentParser
import PneumoConcurrency
import PneumoToolSupport

/// The command: reads the arguments and begins, or goes on with, a run.
struct TrainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "pneumo-train",
    abstract: "Trains an image classifier on the CPU, and writes best.ckpt.",
    usage: """
      pneumo-train <data> --output <folder> [<options>]
      pneumo-train --resume <folder> [<options>]
      """,
    discussion: """
      DATA is a folder of class folders with JPEG images, or a table path,label[,patient] whose name \
      ends in .csv. Images of one patient (by names such as person12_virus_3.jpeg, or by the table) \
      are on one side of a split only, unless --keras-compatible asks for Keras' split.

      The folder of a run gets best.ckpt, last.ckpt, history.csv, history.json, curves.svg, events for \
      TensorBoard, run.json, predictions.csv and metrics.json. One process at a time writes into it.

      Ctrl-C, SIGTERM and SIGHUP end the run within a second: after the batch in progress where that \
      is soon enough, else as after the epoch before. --resume goes on, also after kill -9, and ends \
      with the same bits as a run that was never stopped.

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

      Pneumo is not a medical device.
      """)

  @Argument(help: "A folder of class folders, or a .csv table.")
  var data: String?

  @Option(
    name: [.short, .long],
    help: ArgumentHelp("The folder of the run, which must not hold one yet.", valueName: "folder"))
  var output: String?

  @Option(
    help: ArgumentHelp(
      "Go on with the run in this folder, with the data and settings it was begun with.",
      valueName: "folder"))
  var resume: String?

  @Flag(help: "Leave out images that cannot be read.")
  var skipBad = false

  @Option(help: "Threads. (default: what this process may use)")
  var threads: Int?

  @Option(help: "Use this instruction set: baseline, avx2 or avx512. (default: the best)")
  var isa: String?

  @Flag(name: [.short, .long], help: "Print the layers of the network.")
  var verbose = false

  @OptionGroup(title: "NETWORK")
  var network: NetworkOptions

  @OptionGroup(title: "OPTIMIZATION")
  var optimization: OptimizationOptions

  @OptionGroup(title: "VALIDATION")
  var validation: ValidationOptions

  @OptionGroup(title: "CROSS-VALIDATION")
  var folds: FoldOptions

  @OptionGroup(title: "AUGMENTATION")
  var augmentation: AugmentationOptions

  func validate() throws {
    if resume == nil {
      try check(data != nil, "Missing expected argument '<data>', a folder or a .csv table.")
      try check(output != nil, "Missing expected option '--output <folder>'.")
    }
    try check(
      threads.map { (1...ThreadCount.maximum).contains($0) } ?? true,
      "--threads must be 1 to \(ThreadCount.maximum).")
    try augmentation.check()
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
      try TrainingSession(command, record, output: output, resumes: true).run()
    } else if let output {
      try TrainingSession(self, RunRecord(), output: output, resumes: false).run()
    }
  }
}
