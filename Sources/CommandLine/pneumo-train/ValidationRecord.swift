import PneumoDataset
import PneumoEvaluation
import PneumoExperiment
import PneumoReport
import PneumoSupport
import PneumoSystem

/// What a training leaves about its validation: `metrics.json` and `predictions.csv`, in the form in
/// which pneumo-eval writes them, and with what was chosen on these images.
struct ValidationRecord {
  private let assessment: Assessment
  private let summary: Summary

  /// Measures calibrated predictions.
  ///
  /// - Parameter name: of the network.
  init(
    _ predictions: Predictions, _ summary: Summary, of dataset: Dataset, name: String, threads: Int
  ) {
    self.summary = summary
    let outputs = predictions.outputs
    let logits = summary.calibration(predictions.logits.map { Double($0) })
    let isBinary = dataset.classes.count == 2
    let rows = predictions.samples.indices.map { index in
      let row = Array(logits[index * outputs..<(index + 1) * outputs])
      return isBinary && outputs == 2 ? [row[1] - row[0]] : row
    }
    assessment = Assessment(
      PredictionSet(
        classes: dataset.classes,
        cases: zip(predictions.samples, predictions.labels).map { number, label in
          let sample = dataset.samples[number]
          return PredictionSet.Case(path: sample.path, label: label, patient: sample.patient)
        },
        models: [
          PredictionSet.ModelPredictions(
            name: name, logits: rows, probabilities: predictions.probabilities(summary.calibration),
            isSinglePrecision: true, threshold: summary.binary.map { Double(Float($0.threshold)) },
            thresholdOrigin: .chosenHere("\(summary.binary?.operatingPoint.description ?? "")"))
        ]), threads: threads)
  }

  /// Writes both files.
  func write(to folder: String) throws {
    try writeAtomically([
      ("\(folder)/metrics.json", Array((json.indentedText + "\n").utf8)),
      ("\(folder)/predictions.csv", Array(assessment.csv.utf8)),
    ])
  }

  private var json: JSON {
    guard case .object(var members) = assessment.json else { return assessment.json }
    members.append(
      JSON.Member(
        "calibration",
        .object([
          "temperature": .double(summary.calibration.temperature),
          "bias": .array(summary.calibration.bias.map { .double($0) }),
        ])))
    if let point = summary.binary?.operatingPoint {
      members.append(JSON.Member("operating_point", .string("\(point)")))
    }
    if !summary.notes.isEmpty {
      members.append(JSON.Member("notes", .array(summary.notes.map { .string($0) })))
    }
    return .object(members)
  }
}
