import Foundation

/// Interleaved timings of our engine and others, and how closely their outputs agree.
struct Comparison: Equatable {
  /// One combination of image size, batch size and thread count.
  struct Cell: Hashable {
    /// Image height in pixels.
    let size: Int
    /// Images per call.
    let batch: Int
    /// Threads that the engine may use.
    let threads: Int

    /// Its heading in reports.
    var title: String {
      "\(size)×\(size), batch \(batch), \(threads) thread\(threads == 1 ? "" : "s")"
    }
  }

  /// One engine in one cell.
  struct Entry: Equatable {
    /// Its name in `peers.py`, or `pneumo`.
    let engine: String
    /// The engine's version; for ours, the commit.
    let version: String
    /// The cell that was measured.
    let cell: Cell
    /// Milliseconds per call: the median of each round.
    let rounds: [Double]
    /// The largest difference from our logits.
    let difference: Double

    /// Milliseconds per call: the median of the rounds.
    var milliseconds: Double { median(rounds) }
    /// Milliseconds per image.
    var perImage: Double { milliseconds / Double(cell.batch) }
  }

  /// An engine that was not timed, and the reason.
  struct Skipped: Equatable {
    /// Its name in `peers.py`.
    let engine: String
    /// The reason, in one line.
    let reason: String
  }

  /// The cells, in the order of measurement.
  let cells: [Cell]
  /// All engines in all cells.
  let entries: [Entry]
  /// The engines that could not be timed.
  let skipped: [Skipped]

  /// The engines that were timed: ours, then the others by their total time per image, the fastest
  /// first.
  var engines: [String] {
    let names = Set(entries.map(\.engine)).subtracting(["pneumo"])
    func total(_ name: String) -> Double {
      entries.filter { $0.engine == name }.reduce(0) { $0 + $1.perImage }
    }
    func isBefore(_ a: String, _ b: String) -> Bool { (total(a), a) < (total(b), b) }
    return ["pneumo"] + names.sorted(by: isBefore)
  }

  /// The entry of an engine in a cell, or `nil` if it was not timed there.
  func entry(_ engine: String, _ cell: Cell) -> Entry? {
    entries.first { $0.engine == engine && $0.cell == cell }
  }

  /// The fastest other engine of a cell.
  func fastestPeer(_ cell: Cell) -> Entry? {
    entries.filter { $0.cell == cell && $0.engine != "pneumo" }
      .min { $0.milliseconds < $1.milliseconds }
  }

  /// Our time as a fraction of the fastest other engine's.
  func ratio(_ cell: Cell) -> Double? {
    guard let ours = entry("pneumo", cell), let peer = fastestPeer(cell) else { return nil }
    return ours.milliseconds / peer.milliseconds
  }
}
