import PneumoSupport

extension Assessment {
  /// What `predictions.csv` says: a line a model and image, which `PredictionSet(tables:)` reads.
  package var csv: String {
    let suffixes = set.isBinary ? [""] : set.classes.map { "_\($0)" }
    var text = csvLine(
      ["model", "path", "label", "patient", "answer"] + suffixes.map { "logit\($0)" }
        + suffixes.map { "probability\($0)" })
    for answers in set.models {
      for (index, image) in set.cases.enumerated() {
        let probabilities = set.isBinary ? [answers.scores[index]] : answers.probabilities[index]
        text += csvLine(
          [
            answers.name, image.path, set.classes[image.label], image.patient,
            set.classes[answers.classes[index]],
          ] + answers.logits[index].map(shortest) + probabilities.map(shortest))
      }
    }
    return text
  }
}

/// The shortest text that reads back as the number, which may come from single precision.
private func shortest(_ value: Double) -> String {
  Double(Float(value)) == value ? "\(Float(value))" : "\(value)"
}
