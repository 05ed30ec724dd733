import PneumoSupport

extension Assessment {
  /// What `predictions.csv` says: a line a model and image, which `PredictionSet(tables:)` reads.
  package var csv: String {
    let suffixes = set.isBinary ? [""] : set.classes.map { "_\($0)" }
    var text = csvLine(
      ["model", "path", "label", "patient", "prediction"] + suffixes.map { "logit\($0)" }
        + suffixes.map { "probability\($0)" })
    for predictions in set.models {
      for (index, image) in set.cases.enumerated() {
        let probabilities =
          set.isBinary ? [predictions.scores[index]] : predictions.probabilities[index]
        text += csvLine(
          [
            predictions.name, image.path, set.classes[image.label], image.patient,
            set.classes[predictions.classes[index]],
          ] + predictions.logits[index].map(shortest) + probabilities.map(shortest))
      }
    }
    return text
  }
}

/// The shortest text that reads back as the number, which may come from single precision.
private func shortest(_ value: Double) -> String {
  Double(Float(value)) == value ? "\(Float(value))" : "\(value)"
}
