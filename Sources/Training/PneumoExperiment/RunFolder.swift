import PneumoCheckpoint
import PneumoDataset
import PneumoEvaluation
import PneumoModel
import PneumoSupport
import PneumoSystem

/// What a finished run leaves in its folder.
package enum RunFolder {
  /// Stores calibration, threshold and metrics in `best.ckpt`, and answers it.
  @discardableResult
  package static func finish(
    _ folder: String, _ summary: Summary, settings: RunSettings, data: String
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
        limitations: "No medical device. Measured on validation images alone.")
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

  /// Writes `predictions.csv`: path, label, and logit and calibrated probability: with two classes of the
  /// second, else of each.
  package static func write(
    _ predictions: Predictions, _ calibration: Calibration, of dataset: Dataset,
    to folder: String
  ) throws(RunError) {
    let outputs = predictions.outputs
    let names = outputs == 1 ? [""] : dataset.classes.map { "_\($0)" }
    var text = csvLine(
      ["path", "label"] + names.map { "logit\($0)" } + names.map { "probability\($0)" })
    let probabilities = predictions.probabilities(calibration)
    for (index, sample) in predictions.samples.enumerated() {
      let logits = predictions.logits[index * outputs..<(index + 1) * outputs]
      text += csvLine(
        [dataset.samples[sample].path, dataset.classes[predictions.labels[index]]]
          + logits.map { "\($0)" } + probabilities[index].suffix(outputs).map { "\($0)" })
    }
    do throws(FileError) {
      try writeAtomically(Array(text.utf8), to: "\(folder)/predictions.csv")
    } catch {
      throw RunError(.file, error.description)
    }
  }
}
