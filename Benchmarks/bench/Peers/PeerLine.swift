import Foundation

/// The line of JSON that `peers.py` prints, and `bench --json`.
struct PeerLine: Decodable {
  /// The engine's name.
  let peer: String
  /// Of the engine; for ours the commit.
  let version: String
  /// Milliseconds of a call.
  let ms: Double
  /// All outputs before the last activation.
  let logits: [Double]

  /// Reads the last line of what a process wrote.
  init(output: String) throws {
    let line = output.split(whereSeparator: \.isNewline).last ?? ""
    do {
      self = try JSONDecoder().decode(PeerLine.self, from: Data(line.utf8))
    } catch {
      throw BenchError("expected a line of JSON with peer, version, ms and logits, found '\(line)'")
    }
  }

  /// The largest difference to the logits of `other`; infinite where there are not as many.
  func difference(from other: PeerLine) -> Double {
    guard logits.count == other.logits.count else { return .infinity }
    return zip(logits, other.logits).reduce(0) { largest, pair in
      let difference = abs(pair.0 - pair.1)
      return difference <= largest ? largest : difference  // NaN stays
    }
  }
}
