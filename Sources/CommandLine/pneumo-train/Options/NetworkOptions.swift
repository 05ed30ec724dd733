import ArgumentParser

/// Which network is trained.
struct NetworkOptions: ParsableArguments {
  @Option(
    help: "study1, study2, study3, study4, pneumo, or a .json file: see Models/ARCHITECTURE.md.")
  var network = "pneumo"

  @Option(help: "The side of the images. (default: the network's)")
  var size: Int?

  func validate() throws {
    guard size.map({ (8...1024).contains($0) }) ?? true else {
      throw ValidationError("--size must be 8 to 1024.")
    }
  }
}
