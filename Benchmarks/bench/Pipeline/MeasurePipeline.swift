import ArgumentParser
import Foundation
import Pneumo
import PneumoCompute
import PneumoConcurrency
import PneumoConsole
import PneumoPipeline
import PneumoSupport
import PneumoToolSupport

/// Times the way from JPEG files to labels.
struct MeasurePipeline: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "pipeline",
    abstract: "Times the way from JPEG files to labels, with --peers that of Python users too.",
    discussion: """
      Our time is that from opening the model to the last label, what pneumo-infer does but for \
      printing; theirs begins when the model is ready. Files come from memory: all are read once \
      before. Ways that decode to the pixels of training must give our answers.
      """)

  @Argument(help: "A folder of JPEG files, searched recursively.")
  var folder: String

  @Option(help: "The model, a .pnm file. (default: Models/study150.pnm of the checkout)")
  var model: String?

  @Option(help: "Threads that decode and compute.")
  var threads = 2

  @Option(help: "How often each way is timed.")
  var rounds = 5

  @Option(help: "Use this instruction set: baseline, avx2 or avx512. (default: the best)")
  var isa: String?

  @Flag(help: "Time Python pipelines too, in the same rounds.")
  var peers = false

  @Option(help: "With --peers: a Python that has the packages; nothing is installed.")
  var python: String?

  func validate() throws {
    guard (1...ThreadCount.maximum).contains(threads) else {
      throw ValidationError("--threads is \(threads), expected 1 to \(ThreadCount.maximum).")
    }
    guard (1...100).contains(rounds) else {
      throw ValidationError("--rounds is \(rounds), expected 1 to 100.")
    }
    if !peers, python != nil { throw ValidationError("--python needs --peers.") }
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
    let stages = try ours.stages()  // reads every file, too
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
    print(try firstAnswer(path, kernels.name))
    print(PipelineRun.table(runs).text)
  }

  /// How long `pneumo-infer`, where it is built, takes from its start to its end for one file.
  private func firstAnswer(_ model: String, _ instructionSet: String) throws -> String {
    let tool = URL(filePath: Bundle.main.executablePath ?? "").deletingLastPathComponent()
      .appending(path: "pneumo-infer").path
    guard FileManager.default.isExecutableFile(atPath: tool) else {
      return "From start to first answer: not timed; build pneumo-infer: swift build -c release\n"
    }
    var inputs = InputSource([folder])
    guard let file = inputs.next(1, unless: { false }).first?.path else { return "" }
    let words = [tool, model, file, "--threads", "\(threads)", "--isa", instructionSet]
    let timings = try StartCost.measure(words, runs: 4 * rounds)
    return "From start to first answer, pneumo-infer with one file: "
      + "\(Format.fixed(timings.median, 1)) ms "
      + "(p90 \(Format.fixed(timings.percentile(0.9), 1)))\n"
  }
}
