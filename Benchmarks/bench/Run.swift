import ArgumentParser
import Foundation
import Pneumo
import PneumoCompute
import PneumoConcurrency
import PneumoConsole
import PneumoToolSupport

/// Times inference.
struct Run: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Times inference for every combination of batch size and thread count.",
    discussion: """
      Before a network is timed, its logits are compared with Keras', or, where those are not \
      recorded, with those of the tests' oracle in double precision. If a logit differs by more \
      than 1e-4, bench exits with code 1.
      """)

  @Option(help: "A .pnm file to time. (default: the built-in reference network)")
  var model: String?

  @Option(help: "Side lengths of the reference network's images. (default: 150,224)")
  var size: NumberList?

  @Option(help: "Images per call.")
  var batch = NumberList([1, 16])

  @Option(help: "Threads that a call may use.")
  var threads = NumberList([1, 2])

  @Option(help: "Seconds to time each case for.")
  var seconds = 2.0

  @Option(help: "Use this instruction set: baseline, avx2 or avx512. (default: the best)")
  var isa: String?

  @Flag(help: "Print one line of JSON per case instead.")
  var json = false

  @OptionGroup(title: "Other engines")
  var peerOptions: PeerOptions

  func validate() throws {
    if let size {
      guard model == nil else {
        throw ValidationError("--size applies to the reference network only; leave it out.")
      }
      for size in size.values where !ReferenceNetwork.sizes.contains(size) {
        throw ValidationError(
          "--size is \(size), expected \(ReferenceNetwork.sizes.lowerBound) to "
            + "\(ReferenceNetwork.sizes.upperBound).")
      }
    }
    for batch in batch.values where batch > 1024 {
      throw ValidationError("--batch is \(batch), expected 1 to 1024.")
    }
    for threads in threads.values where threads > ThreadCount.maximum {
      throw ValidationError("--threads is \(threads), expected 1 to \(ThreadCount.maximum).")
    }
    guard seconds > 0, seconds <= 3600 else {
      throw ValidationError("--seconds is \(seconds), expected more than 0 and at most 3600.")
    }
    if peerOptions.peers {
      if json { throw ValidationError("--json cannot be combined with --peers.") }
      if isa == "baseline" {
        throw ValidationError("No other engine can be limited to baseline; use --isa avx2.")
      }
    }
    try PneumoToolSupport.validate(instructionSet: isa)
  }

  func run() throws {
    try BuildConfiguration.requireOptimized()
    let kernels = try InstructionSet.select(isa)
    let workloads = try makeWorkloads()
    guard !peerOptions.peers else {
      try comparePeers(workloads, kernels.name)
      return
    }
    guard !json else {
      for workload in workloads {
        try measure(workload, kernels.name) { print($0.json.text) }
      }
      return
    }
    print(Report.header(instructionSet: kernels.name, threads: threads.values))
    print(try Report.verification(workloads, instructionSet: kernels.name))
    var results: [CaseResult] = []
    for workload in workloads { try measure(workload, kernels.name) { results.append($0) } }
    print(Report.cases(results))
    for workload in workloads {
      print(
        try LayerReport.text(workload, kernels: kernels, batch: batch.values[0], seconds: seconds))
    }
    print(Report.scaling(results))
  }

  private func makeWorkloads() throws -> [Workload] {
    guard let model else {
      return try (size?.values ?? [150, 224]).map { try Workload.reference(size: $0) }
    }
    return [try Workload.file(model)]
  }

  private func measure(
    _ workload: Workload, _ instructionSet: String, _ body: (CaseResult) -> Void
  ) throws {
    for batch in batch.values {
      for threads in threads.values {
        body(
          try CaseResult.measure(
            workload, batch: batch, threads: threads, instructionSet: instructionSet,
            seconds: seconds))
      }
    }
  }
}

extension Run {
  private func comparePeers(_ workloads: [Workload], _ instructionSet: String) throws {
    print(Report.header(instructionSet: instructionSet, threads: threads.values))
    print(try Report.verification(workloads, instructionSet: instructionSet))
    let cells = workloads.flatMap { workload in
      batch.values.flatMap { batch in
        threads.values.map { .init(size: workload.size, batch: batch, threads: $0) }
      } as [Comparison.Cell]
    }
    let run = PeerRun(
      cells: cells, model: model,
      seconds: seconds, rounds: peerOptions.rounds, instructionSet: isa,
      environment: try PythonEnvironment(peerOptions.python))
    let comparison = try run.compare(peerOptions.engines?.engines ?? Engine.all)
    let report = ComparisonReport(
      comparison: comparison,
      conditions: .init(
        processor: Machine.current.processor, instructionSet: instructionSet,
        network: model.map { URL(filePath: $0).lastPathComponent } ?? "reference",
        commit: Checkout.commit,
        date: Date.now.formatted(.iso8601.year().month().day().dateSeparator(.dash)),
        command: PeerOptions.command(CommandLine.arguments)))
    print(report.markdown)
    let paths = try report.write(to: peerOptions.results ?? Checkout.path("Benchmarks/Results"))
    print("Written:\n" + paths.map { "  \($0)\n" }.joined())
  }
}

/// Prints a line without buffering, even if standard output is a file.
func print(_ text: String) { StandardStream.output.write(data: text + "\n") }
