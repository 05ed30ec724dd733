import PneumoCheckpoint
import PneumoSupport

extension Checkpoint {
  /// The epoch whose weights a `best.ckpt` holds; `nil` where it does not say.
  package var bestEpoch: Int? { progress?.bestEpoch }

  /// How far the training had come.
  var progress: Progress? { note("progress").flatMap { Progress(json: $0) } }

  /// The epochs of the training.
  var history: History? { note("history").flatMap { History(json: $0) } }

  private func note(_ name: String) -> JSON? {
    notes[name].flatMap { try? JSON(parsing: Array($0.utf8)) }
  }
}
