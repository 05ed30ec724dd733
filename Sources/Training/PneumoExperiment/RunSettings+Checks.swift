import PneumoCheckpoint
import PneumoDataset
import PneumoModel

// What would end a run, or make its model useless, after hours of training is refused before.

extension RunSettings {
  /// Throws what is known to be wrong before any image is read.
  ///
  /// - Parameters:
  ///   - classes: their names, in the order of the labels.
  ///   - hasValidation: whether there is to be validation.
  package func check(classes: [String], hasValidation: Bool) throws(RunError) {
    if monitor == .auroc {
      guard classes.count == 2 else {
        throw RunError(
          .setting,
          "--monitor auroc is for two classes, and there are \(classes.count); use cross-entropy")
      }
      guard hasValidation else {
        throw RunError(.setting, "--monitor auroc needs validation images; there are to be none")
      }
    }
    if classes.count != 2, operatingPoint != .youden {
      throw RunError(
        .setting,
        "--operating-point is for two classes, and there are \(classes.count), of which the most "
          + "probable is chosen")
    }
    try checkOutputs(for: classes)
    try checkModel(for: classes)
  }

  /// Throws where a split leaves nothing to train on, or nothing that ``monitor`` can be measured by.
  package func check(_ split: Split, of dataset: Dataset) throws(RunError) {
    guard !split.training.isEmpty else {
      throw RunError(.setting, "the split leaves no image to train on")
    }
    let counts = dataset.classCounts(of: split.validation)
    if monitor == .auroc, let label = counts.firstIndex(of: 0) {
      throw RunError(
        .setting,
        "--monitor auroc needs validation images of both classes, and there are none of "
          + "'\(dataset.classes[label])'; use cross-entropy, or a larger --validation-split")
    }
  }

  /// Bytes of all checkpoints of a run of `trainings` trainings, with what is needed to replace one.
  package func checkpointByteCount(trainings: Int) -> Int {
    let weights = 4 * architecture.parameterCount
    // The moments of the optimizer, and moving averages.
    var copies = 3
    if case .sgd = optimizer { copies = 2 }
    if averageDecay != nil { copies += 1 }
    return (trainings + 1) * (1 + copies) * weights
  }

  private func checkOutputs(for classes: [String]) throws(RunError) {
    let outputs = architecture.outputShape.count
    if outputs == classes.count || outputs == 1 && classes.count == 2 { return }
    let names = classes.prefix(10).joined(separator: ", ") + (classes.count > 10 ? ", …" : "")
    throw RunError(
      .network,
      "the network '\(networkName)' has \(outputs) output\(outputs == 1 ? "" : "s"), and the data have "
        + "\(classes.count) classes (\(names)); expected "
        + (classes.count == 2
          ? "1 output with sigmoid, or 2 with softmax" : "\(classes.count) outputs with softmax"))
  }

  /// Makes the model that the end of the run would make.
  private func checkModel(for classes: [String]) throws(RunError) {
    let graph = architecture.initialGraph(seed: 0)
    guard case .dense = graph.nodes.last?.operation else {
      throw RunError(
        .network,
        "the network '\(networkName)' ends with \(graph.nodes.last?.name ?? "nothing"), expected a dense "
          + "layer with sigmoid or softmax, whose weights take the calibration")
    }
    do throws(ModelError) {
      _ = try Model(
        graph: try SimplifiedGraph(graph).graph, preprocessing: preprocessing, labels: classes)
    } catch {
      throw RunError(
        error.kind == .invalidLabels || error.kind == .invalidText ? .setting : .network,
        "no model could be made of the network '\(networkName)' and these classes: \(error)")
    }
  }
}
