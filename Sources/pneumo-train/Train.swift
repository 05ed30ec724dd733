import ArgumentParser

/// The command: reads the arguments, trains, prints.
struct Train: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "pneumo-train", abstract: "Trains an image classifier on the CPU.")
}
