import ArgumentParser
import Foundation

/// How other engines are timed.
struct PeerOptions: ParsableArguments {
  @Flag(
    help: """
      Time other engines too, interleaved, and write a table, CSV and a chart to \
      Benchmarks/Results. Engines are installed in a Python environment in the user's cache.
      """)
  var peers = false

  @Option(help: "With --peers: a Python that has the engines; nothing is installed.")
  var python: String?

  @Option(help: "With --peers: the engines. (default: all)")
  var engines: EngineList?

  @Option(help: "With --peers: how often each engine is timed in each case.")
  var rounds = 3

  @Option(help: "With --peers: where the results are written. (default: Benchmarks/Results)")
  var results: String?

  func validate() throws {
    guard (1...100).contains(rounds) else {
      throw ValidationError("--rounds is \(rounds), expected 1 to 100.")
    }
    if !peers, python != nil || engines != nil || results != nil {
      throw ValidationError("--python, --engines and --results need --peers.")
    }
  }

  /// The command for a report, without paths that mean nothing elsewhere.
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

/// An option's engines, as in `ncnn,torch`.
struct EngineList: ExpressibleByArgument {
  /// In the order given, each once.
  let engines: [Engine]

  /// `nil` where a name is unknown or given twice.
  init?(argument: String) {
    let names = argument.split(separator: ",", omittingEmptySubsequences: false)
    engines = names.compactMap { name in Engine.all.first { $0.name == name } }
    guard engines.count == names.count, Set(engines).count == engines.count else { return nil }
  }

  static var allValueStrings: [String] { Engine.all.map(\.name) }
}
