import Foundation

/// The line of JSON that `peers.py` prints, and `bench --json`.
struct PeerLine: Decodable {
  /// The engine's name.
  let peer: String
  /// Of the engine; for ours the commit.
  let version: String
  /// Milliseconds of a call.
  let ms: Double
  /// All outputs, which are probabilities.
  let y: [Double]

  /// Reads the last line of what a process wrote.
  init(output: String) throws {
    let line = output.split(whereSeparator: \.isNewline).last ?? ""
    do {
      self = try JSONDecoder().decode(PeerLine.self, from: Data(line.utf8))
    } catch {
      throw BenchError("expected a line of JSON with peer, version, ms and y, found '\(line)'")
    }
  }

  /// The largest difference to the outputs of `other`; infinite where there are not as many.
  ///
  /// Outputs, not logits: near 0 and 1 a `Float` is too coarse to tell the logit.
  func difference(from other: PeerLine) -> Double {
    guard y.count == other.y.count else { return .infinity }
    return zip(y, other.y).reduce(0) { largest, pair in
      let difference = abs(pair.0 - pair.1)
      return difference <= largest ? largest : difference  // NaN stays
    }
  }

  /// The largest difference that passes: what 1e-4 in a logit makes of a probability at most.
  static let tolerance = Expectation.tolerance / 4
}
