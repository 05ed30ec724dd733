import ArgumentParser

/// The command: what it does is in its subcommands.
struct DataTool: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "pneumo-data",
    abstract: "Makes folders of images to classify and to learn from, and looks into them.",
    discussion: """
      EXAMPLES
        pneumo-data phantom drawings --count 12
        pneumo-data census drawings
        pneumo-data gallery drawings --output gallery.html
        pneumo-data check drawings
        pneumo-data phantom --help

      The exit code is 1 where something failed and 2 for wrong usage. Pneumo is no medical device.
      """,
    subcommands: [DrawPhantoms.self, TakeCensus.self, MakeGallery.self, CheckLeaks.self])
}
