import Foundation

/// The line of JSON that `peers.py` and `bench --json` print.
struct PeerLine: Decodable {
  /// The engine's name.
  let peer: String
  /// The engine's version; for ours, the commit.
  let version: String
  /// Milliseconds per call.
  let ms: Double
  /// All outputs before the final activation.
  let logits: [Double]

  /// Parses the last line of a process's output.
  init(output: String) throws {
    let line = output.split(whereSeparator: \.isNewline).last ?? ""
    do {
      self = try JSONDecoder().decode(PeerLine.self, from: Data(line.utf8))
    } catch {
      throw BenchError("expected a line of JSON with peer, version, ms and logits, found '\(line)'")
    }
  }

  /// The largest difference from the logits of `other`; infinite if their counts differ.
  func difference(from other: PeerLine) -> Double {
    guard logits.count == other.logits.count else { return .infinity }
    return zip(logits, other.logits).reduce(0) { largest, pair in
      let difference = abs(pair.0 - pair.1)
      return difference <= largest ? largest : difference  // propagates NaN
    }
  }
}
