import Foundation

/// What our engine and others took, interleaved, and whether they agree.
struct Comparison: Equatable {
  /// A batch of images of one size on some threads.
  struct Cell: Hashable {
    /// Rows of the images.
    let size: Int
    /// Images of one call.
    let batch: Int
    /// Threads that the engine may use.
    let threads: Int

    /// What reports call it.
    var title: String {
      "\(size)×\(size), batch \(batch), \(threads) thread\(threads == 1 ? "" : "s")"
    }
  }

  /// One engine in one cell.
  struct Entry: Equatable {
    /// Its name in `peers.py`, or `pneumo`.
    let engine: String
    /// Of the engine; for ours the commit.
    let version: String
    /// What was computed.
    let cell: Cell
    /// Milliseconds of a call, the median of each round.
    let rounds: [Double]
    /// The largest difference of a logit to ours.
    let difference: Double

    /// Milliseconds of a call.
    var milliseconds: Double { median(rounds) }
    /// Milliseconds of an image.
    var perImage: Double { milliseconds / Double(cell.batch) }
  }

  /// An engine that was not timed, and why.
  struct Skipped: Equatable {
    /// Its name in `peers.py`.
    let engine: String
    /// Why, in one line.
    let reason: String
  }

  /// In the order of measurement.
  let cells: [Cell]
  /// All engines in all cells.
  let entries: [Entry]
  /// Those that could not be timed.
  let skipped: [Skipped]

  /// Engines that were timed: ours, then the fastest first by the sum of their times per image.
  var engines: [String] {
    let names = Set(entries.map(\.engine)).subtracting(["pneumo"])
    func total(_ name: String) -> Double {
      entries.filter { $0.engine == name }.reduce(0) { $0 + $1.perImage }
    }
    func isBefore(_ a: String, _ b: String) -> Bool { (total(a), a) < (total(b), b) }
    return ["pneumo"] + names.sorted(by: isBefore)
  }

  /// One engine in one cell, where it was timed.
  func entry(_ engine: String, _ cell: Cell) -> Entry? {
    entries.first { $0.engine == engine && $0.cell == cell }
  }

  /// The fastest other engine of a cell.
  func fastestPeer(_ cell: Cell) -> Entry? {
    entries.filter { $0.cell == cell && $0.engine != "pneumo" }
      .min { $0.milliseconds < $1.milliseconds }
  }

  /// Our time divided by that of the fastest other engine.
  func ratio(_ cell: Cell) -> Double? {
    guard let ours = entry("pneumo", cell), let peer = fastestPeer(cell) else { return nil }
    return ours.milliseconds / peer.milliseconds
  }
}
