import ArgumentParser
import Foundation

/// Options for timing other engines.
struct PeerOptions: ParsableArguments {
  @Flag(
    help: """
      Time other engines too, interleaved with Pneumo, and write a table, CSV and a chart to \
      Benchmarks/Results. Engines are installed in a Python environment in the user's cache folder.
      """)
  var peers = false

  @Option(
    help: "With --peers: a Python interpreter that has the engines; nothing is installed.")
  var python: String?

  @Option(help: "With --peers: the engines to time. (default: all)")
  var engines: EngineList?

  @Option(help: "With --peers: how many times each engine is timed in each case.")
  var rounds = 3

  @Option(help: "With --peers: the folder for the results. (default: Benchmarks/Results)")
  var results: String?

  func validate() throws {
    guard (1...100).contains(rounds) else {
      throw ValidationError("--rounds is \(rounds), expected 1 to 100.")
    }
    if !peers, python != nil || engines != nil || results != nil {
      throw ValidationError("--python, --engines and --results require --peers.")
    }
  }

  /// The command line as a report records it, without paths that are meaningless on other machines.
  static func command(_ arguments: [String]) -> String {
    var words = ["swift", "run", "-c", "release", "bench"]
    var skips = false
    for word in arguments.dropFirst() {
      let isPath = ["--python", "--results"].contains { word == $0 || word.hasPrefix($0 + "=") }
      if !skips, !isPath { words.append(word) }
      skips = isPath && !word.contains("=")
    }
    return words.joined(separator: " ")
  }
}

/// A comma-separated list of engines given as an option, as in `ncnn,torch`.
struct EngineList: ExpressibleByArgument {
  /// In the order given, without duplicates.
  let engines: [Engine]

  /// Parses a list of names; `nil` if one is unknown or repeated.
  init?(argument: String) {
    let names = argument.split(separator: ",", omittingEmptySubsequences: false)
    engines = names.compactMap { name in Engine.all.first { $0.name == name } }
    guard engines.count == names.count, Set(engines).count == engines.count else { return nil }
  }

  static var allValueStrings: [String] { Engine.all.map(\.name) }
}
