import ArgumentParser

/// The root command.
struct Bench: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench",
    abstract: "Measures Pneumo's speed on this machine, after checking that its output is correct.",
    discussion: """
      Without a subcommand, bench times inference; `bench run --help` lists the options.

      EXAMPLES
        swift run -c release bench
        swift run -c release bench --model Models/study150.pnm --batch 1,8 --threads 1
        swift run -c release bench --peers
        swift run -c release bench kernels --isa avx2
        swift run -c release bench pipeline xrays/ --peers

      Exit codes: 0 success, 1 an incorrect output or a failure, 2 incorrect usage.
      """,
    subcommands: [Run.self, MeasureKernels.self, MeasurePipeline.self, MeasureTraining.self],
    defaultSubcommand: Run.self)
}
