import Foundation
import PneumoConsole

/// Times our engine and others, interleaved: in each round each engine runs once, in its own
/// process, so that other load on the machine affects all engines alike.
struct PeerRun {
  /// The cells to measure.
  let cells: [Comparison.Cell]
  /// A .pnm file to use instead of the reference network.
  let model: String?
  /// Seconds to time each engine for in each round.
  let seconds: Double
  /// How many times each engine is timed.
  let rounds: Int
  /// `avx2` restricts the engines to AVX2 and skips those that have no way to be restricted.
  let instructionSet: String?
  /// The Python environment of the other engines.
  let environment: PythonEnvironment

  /// Runs all measurements. Skips engines that cannot be run; throws if an output is incorrect.
  func compare(_ engines: [Engine]) throws -> Comparison {
    var skipped: [Comparison.Skipped] = []
    var usable: [Engine] = []
    for engine in engines {
      if let reason = try environment.prepare(engine) {
        skipped.append(.init(engine: engine.name, reason: reason))
      } else {
        usable.append(engine)
      }
    }
    var entries: [Comparison.Entry] = []
    for (number, cell) in cells.enumerated() {
      StandardStream.error.write("bench: \(number + 1) of \(cells.count): \(cell.title)\n")
      let lines = try measure(cell, &usable, &skipped)
      guard let ours = lines["pneumo"] else { preconditionFailure("measured or thrown") }
      for (engine, lines) in lines.sorted(by: { $0.key < $1.key }) {
        let difference = lines.map { $0.difference(from: ours[0]) }.max() ?? 0
        guard difference <= Expectation.tolerance else {
          throw BenchError(
            "\(cell.title): \(Engine.title(engine)) and Pneumo differ by \(difference) in a logit, "
              + "more than \(Expectation.tolerance); their times cannot be compared")
        }
        entries.append(
          Comparison.Entry(
            engine: engine, version: lines[0].version, cell: cell, rounds: lines.map(\.ms),
            difference: difference))
      }
    }
    let timed = Set(usable.map(\.name)).union(["pneumo"])
    return Comparison(
      cells: cells, entries: entries.filter { timed.contains($0.engine) }, skipped: skipped)
  }

  /// Returns the lines of all rounds, by engine. An engine that fails moves from `engines` to
  /// `skipped`.
  private func measure(
    _ cell: Comparison.Cell, _ engines: inout [Engine], _ skipped: inout [Comparison.Skipped]
  ) throws -> [String: [PeerLine]] {
    var lines: [String: [PeerLine]] = [:]
    for round in 0..<rounds {
      let isa = instructionSet.map { ["--isa", $0] } ?? []
      let ours = try Command.run([Self.executable, "run", "--json"] + arguments(cell) + isa)
      guard ours.exitCode == 0 else { throw BenchError("Pneumo's own run failed: \(ours.reason)") }
      lines["pneumo", default: []].append(try PeerLine(output: ours.output))
      // Each round starts with a different engine.
      let first = engines.isEmpty ? 0 : round % engines.count
      for engine in engines[first...] + engines[..<first] {
        let command = [
          environment.python, Checkout.path("Benchmarks/peers.py"), engine.name, "--logits",
          "--scratch", PythonEnvironment.scratch,
        ]
        let limit = instructionSet == "avx2" ? isa : []
        let theirs = try Command.run(command + arguments(cell) + limit)
        if theirs.exitCode == 0 {
          lines[engine.name, default: []].append(try PeerLine(output: theirs.output))
        } else {
          skipped.append(.init(engine: engine.name, reason: theirs.reason))
          engines.removeAll { $0 == engine }
          lines[engine.name] = nil
        }
      }
    }
    return lines
  }

  private func arguments(_ cell: Comparison.Cell) -> [String] {
    [
      "--batch", "\(cell.batch)", "--threads", "\(cell.threads)", "--seconds", "\(seconds)",
    ] + (model.map { ["--model", $0] } ?? ["--size", "\(cell.size)"])
  }

  private static let executable =
    Bundle.main.executablePath ?? CommandLine.arguments[0]
}
