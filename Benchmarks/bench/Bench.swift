import ArgumentParser

/// The command with its parts.
struct Bench: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench",
    abstract: "Measures how fast Pneumo is on this machine, after checking that it is right.",
    discussion: """
      Without a subcommand it times inference; `bench run --help` shows the options.

      EXAMPLES
        swift run -c release bench
        swift run -c release bench --model Models/study150.pnm --batch 1,8 --threads 1
        swift run -c release bench --peers
        swift run -c release bench kernels --isa avx2
        swift run -c release bench pipeline xrays/ --peers

      Exit codes: 0 all good, 1 a wrong answer or a failure, 2 wrong usage.
      """,
    subcommands: [Run.self, MeasureKernels.self, MeasurePipeline.self, MeasureTraining.self],
    defaultSubcommand: Run.self)
}
