import ArgumentParser
import Foundation
import Pneumo
import PneumoCompute
import PneumoConcurrency
import PneumoConsole
import PneumoImaging
import PneumoSupport
import PneumoSystem
import PneumoToolSupport

/// Times whole pipelines, from JPEG files to labels.
struct MeasurePipeline: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "pipeline",
    abstract: "Times the pipeline from JPEG files to labels; with --peers, Python pipelines too.",
    discussion: """
      Pneumo is timed from opening the model to the last label: everything pneumo-infer does \
      except printing. Python pipelines are timed from when the model is ready. All files are read \
      once beforehand, so that they come from the page cache. Pipelines that decode to the same \
      pixels as in training must give the same outputs as Pneumo.
      """)

  @Argument(help: "A folder of JPEG files, searched recursively.")
  var folder: String

  @Option(help: "The model, a .pnm file. (default: Models/study150.pnm in the checkout)")
  var model: String?

  @Option(help: "Threads for decoding and inference.")
  var threads = 2

  @Option(help: "How many times each pipeline is timed.")
  var rounds = 5

  @Option(help: "Use this instruction set: baseline, avx2 or avx512. (default: the best)")
  var isa: String?

  @Flag(help: "Time Python pipelines too, in the same rounds.")
  var peers = false

  @Option(
    help: "With --peers: a Python interpreter that has the packages; nothing is installed.")
  var python: String?

  func validate() throws {
    guard (1...ThreadCount.maximum).contains(threads) else {
      throw ValidationError("--threads is \(threads), expected 1 to \(ThreadCount.maximum).")
    }
    guard (1...100).contains(rounds) else {
      throw ValidationError("--rounds is \(rounds), expected 1 to 100.")
    }
    if !peers, python != nil { throw ValidationError("--python requires --peers.") }
    try PneumoToolSupport.validate(instructionSet: isa)
  }

  func run() throws {
    try BuildConfiguration.requireOptimized()
    let kernels = try InstructionSet.select(isa)
    let path = model ?? Checkout.path("Models/study150.pnm")
    let ours = OurPipeline(
      model: path, folder: folder, threads: threads, instructionSet: kernels.name)
    let theirs =
      try peers ? PythonPipelines(model: path, folder: folder, threads: threads, python) : nil
    let stages = try ours.stages()  // also brings every file into the page cache
    var runs: [PipelineRun] = []
    for _ in 0..<rounds {
      let run = try ours.run()
      runs.append(run)
      for other in try theirs?.run() ?? [] {
        try other.check(against: run)
        runs.append(other)
      }
    }
    print(Report.header(instructionSet: kernels.name, threads: [threads]))
    print(stages.text)
    print(try timeToFirstPrediction(path, kernels.name))
    print(PipelineRun.table(runs).text)
  }

  /// Times `pneumo-infer`, if it has been built, from start to exit with one file.
  private func timeToFirstPrediction(_ model: String, _ instructionSet: String) throws -> String {
    let tool = URL(filePath: Bundle.main.executablePath ?? "").deletingLastPathComponent()
      .appending(path: "pneumo-infer").path
    guard FileManager.default.isExecutableFile(atPath: tool) else {
      return "Start to first prediction: not timed; build pneumo-infer: swift build -c release\n"
    }
    guard let file = FolderWalk(folder).images.first else { return "" }
    let command = [tool, model, file, "--threads", "\(threads)", "--isa", instructionSet]
    let timings = try StartCost.measure(command, runs: 4 * rounds)
    return "Start to first prediction, pneumo-infer with one file: "
      + "\(Format.fixed(timings.median, 1)) ms "
      + "(p90 \(Format.fixed(timings.percentile(0.9), 1)))\n"
  }
}
