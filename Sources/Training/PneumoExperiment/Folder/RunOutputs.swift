import PneumoCheckpoint
import PneumoDataset
import PneumoModel
import PneumoSupport
import PneumoSystem

/// What a finished training leaves in its folder.
package enum RunOutputs {
  /// Stores calibration, threshold and metrics in `best.ckpt`, and returns it.
  ///
  /// - Parameters:
  ///   - data: what the model card says about the images.
  ///   - hashes: of the images on which `summary` was chosen.
  @discardableResult
  package static func finish(
    _ folder: String, _ summary: Summary, settings: RunSettings, data: String,
    chosenOn hashes: [ContentHash]
  ) throws(RunError) -> Checkpoint {
    let path = "\(folder)/best.ckpt"
    do throws(CheckpointError) {
      var checkpoint = try Checkpoint(contentsOf: path)
      checkpoint.temperature = Float(summary.calibration.temperature)
      checkpoint.bias = summary.calibration.bias.map { Float($0) }
      if let binary = summary.binary { checkpoint.threshold = Float(binary.threshold) }
      checkpoint.card = ModelCard(
        name: settings.networkName, description: "Image classifier trained from scratch.",
        source: "pneumo-train, seed \(settings.seed)", data: data,
        metrics: summary.metrics.map {
          ModelCard.Metric(name: "validation \($0.name)", value: $0.value)
        },
        limitations: ([
          "Not a medical device. Measured on the validation images only, which also chose the epoch, "
            + "the calibration and the threshold."
        ] + summary.notes.map { "\($0)." }).joined(separator: " "))
      checkpoint.images = TrainingImages(
        training: checkpoint.images.training,
        validation: checkpoint.images.validation + hashes.map(\.low))
      try checkpoint.write(to: path)
      return checkpoint
    } catch {
      throw RunError(.file, error.description)
    }
  }

  /// Writes a model for each of the networks, `model.pnm` in its folder, and `ensemble.pnm` that
  /// averages their logits.
  package static func freeze(
    _ checkpoints: [Checkpoint], folders: [String], ensemble: String
  ) throws(RunError) {
    do {
      for (checkpoint, folder) in zip(checkpoints, folders) {
        try checkpoint.model().write(to: "\(folder)/model.pnm")
      }
      try Checkpoint(averaging: checkpoints).model().write(to: ensemble)
    } catch {
      throw RunError(.file, "\(error)")
    }
  }

  /// Writes a JSON text, whole or not at all.
  package static func write(_ json: JSON, to path: String) throws(RunError) {
    do throws(FileError) {
      try writeAtomically(Array((json.indentedText + "\n").utf8), to: path)
    } catch {
      throw RunError(.file, error.description)
    }
  }
}
