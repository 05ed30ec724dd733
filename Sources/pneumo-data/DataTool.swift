import ArgumentParser

/// The command: what it does is in its subcommands.
struct DataTool: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "pneumo-data",
    abstract: "Makes folders of images to classify and to learn from.",
    discussion: """
      EXAMPLES
        pneumo-data phantom drawings --count 12
        pneumo-data phantom --help

      The exit code is 1 where something failed and 2 for wrong usage. Pneumo is no medical device.
      """,
    subcommands: [DrawPhantoms.self])
}
