import ArgumentParser
import Pneumo
import PneumoCommandLine
import PneumoConsole
import PneumoPipeline

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// The command: reads the arguments, runs the pipeline, prints.
struct Infer: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "pneumo-infer",
    abstract: "Classifies JPEG images with a frozen model.",
    discussion: """
      Answers come in the order of the inputs. A file that cannot be read is reported on standard \
      error and does not stop the rest; the exit code is then 1. It is 2 for wrong usage.

      EXAMPLES
        pneumo-infer model.pnm xray.jpeg
        pneumo-infer model.pnm xrays/ --format csv > answers.csv
        find . -name '*.jpg' | pneumo-infer model.pnm - --format jsonl
        pneumo-infer model.pnm xrays/ --threads 1 --profile

      ENVIRONMENT
        PNEUMO_NUM_THREADS  threads, where --threads is not given
        PNEUMO_ISA          baseline, avx2 or avx512, where --isa is not given

      Pneumo is no medical device.
      """)

  @Argument(help: "The model, a .pnm file.")
  var model: String

  @Argument(
    help: """
      JPEG files, folders of them (searched recursively for .jpeg and .jpg), or - for a list of \
      them on standard input, one a line, each answered when it comes.
      """)
  var inputs: [String]

  @Option(help: "How answers are printed: table, jsonl, json or csv.")
  var format = OutputFormat.table

  @Option(help: "Threads for decoding and inference. (default: what this process may use)")
  var threads: Int?

  @Option(help: "Images that go through the network together. (default: chosen by itself)")
  var batch: Int?

  @Option(help: "The positive class is chosen above this probability. (default: the model's)")
  var threshold: Float?

  @Option(help: "Print only the most probable classes, this many. CSV always has all.")
  var top: Int?

  @Option(help: "Use this instruction set: baseline, avx2 or avx512. (default: the best)")
  var isa: String?

  @Flag(help: "Print time per layer, kernel and GFLOP/s on standard error (JSON with json, jsonl).")
  var profile = false

  func validate() throws {
    if let threads, !(1...ThreadCount.maximum).contains(threads) {
      throw ValidationError("--threads is \(threads), expected 1 to \(ThreadCount.maximum).")
    }
    if let batch, !(1...Session.maximumBatch).contains(batch) {
      throw ValidationError("--batch is \(batch), expected 1 to \(Session.maximumBatch).")
    }
    if let threshold, !(0...1).contains(threshold) {
      throw ValidationError("--threshold is \(threshold), expected 0 to 1.")
    }
    try PneumoCommandLine.validate(instructionSet: isa)
    if let top, top < 1 { throw ValidationError("--top is \(top), expected 1 or more.") }
    if inputs.filter({ $0 == "-" }).count > 1 {
      throw ValidationError("Standard input, -, can be read only once.")
    }
  }

  func run() throws {
    signal(SIGPIPE, SIG_IGN)  // a closed pipe is seen where it is written to
    Interrupt.observe()
    let model = try Model(contentsOf: model)
    let inputs = InputSource(self.inputs)
    let pipeline = try makePipeline(model, inputs)
    let printer = format.makePrinter(model: model, longestPath: inputs.longestPath, top: top)
    var progress = ProgressBar(total: inputs.count, unit: "images")
    var done = 0
    var failures = 0
    var written = StandardStream.output.write(printer.header)

    pipeline.run { outcomes in
      var text = ""
      var errors = ""
      for outcome in outcomes {
        text += printer.line(for: outcome, isFirst: done == 0)
        done += 1
        if case .failure(let reason) = outcome.result {
          failures += 1
          errors += "pneumo-infer: \(Format.visible(reason))\n"
        }
      }
      // Both streams may be one terminal, whose last line is the bar.
      if StandardStream.output.isTerminal || !errors.isEmpty { progress.clear() }
      if written == .all, !text.isEmpty { written = StandardStream.output.write(text) }
      if !errors.isEmpty { StandardStream.error.write(errors) }
      progress.update(done)
      return written == .all
    }
    progress.clear()

    if written == .all { written = StandardStream.output.write(printer.footer) }
    if case .failed(let reason) = written { throw OutputError(reason: reason) }
    if profile { ProfileReport(pipeline.profile()).print(format) }
    if Interrupt.isRequested {
      let total = inputs.count.map { " of \($0)" } ?? ""
      StandardStream.error.write("pneumo-infer: interrupted after \(done)\(total) images\n")
      throw ExitCode(Interrupt.exitCode)
    }
    if done == 0 { StandardStream.error.write("pneumo-infer: no images to classify\n") }
    if failures > 0 || done == 0 { throw ExitCode(1) }
  }

  /// A setting that cannot be followed, by an option or the environment, is wrong usage.
  private func makePipeline(_ model: Model, _ inputs: InputSource) throws -> Pipeline {
    do throws(ComputeError) {
      return try Pipeline(
        model: model, inputs: inputs,
        options: Pipeline.Options(
          threads: threads, batch: batch, threshold: threshold, instructionSet: isa,
          isProfiling: profile))
    } catch  where error.kind == .setting {
      throw ValidationError(error.description)
    } catch {
      throw ModelError(.limitExceeded, error.description, file: self.model)
    }
  }
}

/// Standard output could not be written to.
private struct OutputError: Error, CustomStringConvertible {
  let reason: String

  var description: String { "standard output: \(reason)" }
}
