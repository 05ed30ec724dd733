import PneumoCheckpoint
import PneumoSupport
import PneumoSystem
import PneumoTraining

extension TrainingLoop {
  /// The best weights' predictions for all validation images as they are, even where epochs were
  /// validated on augmented ones: calibration and threshold are for images as they are.
  ///
  /// - Parameter shouldStop: asked after each batch; where it returns true, `interrupted` is thrown.
  package func bestPredictions(
    shouldStop: () -> Bool = { false }
  ) throws(RunError) -> Predictions {
    let checkpoint = try read("best.ckpt")
    do throws(TrainingError) {
      try network.restore(
        weights: checkpoint.weights, state: [], optimizer: settings.optimizer,
        steps: progress.steps)
    } catch {
      throw RunError(.otherRun, "\(folder)/best.ckpt: \(error.description)")
    }
    guard let predictions = predictions(plainLoader, shouldStop) else {
      throw RunError(.interrupted, "stopped after the last epoch; all of them are saved")
    }
    return predictions
  }

  func save(_ name: String, withState: Bool) throws(RunError) {
    if !withState { network.exchangeAverages() }
    let checkpoint = Checkpoint(
      architecture: settings.architecture, weights: network.weights(),
      preprocessing: settings.preprocessing, labels: dataset.classes, images: images,
      state: withState ? network.optimizerState(settings.optimizer) : [],
      notes: [
        "progress": progress.json.text, "history": history.json.text,
        "settings": settings.identity, "images": imagesIdentity,
      ])
    if !withState { network.exchangeAverages() }
    do throws(CheckpointError) {
      try checkpoint.write(to: "\(folder)/\(name)")
    } catch {
      throw RunError(.file, error.description)
    }
  }

  /// Makes `best.ckpt` again, where the process was killed after `last.ckpt` of the best epoch was
  /// written and before `best.ckpt` was.
  func repairBest() throws(RunError) {
    guard progress.bestEpoch > 0 else { return }
    let path = "\(folder)/best.ckpt"
    if access(path, F_OK) == 0 {
      if try read("best.ckpt").bestEpoch == progress.bestEpoch { return }
    }
    guard progress.batch == 0, progress.bestEpoch == progress.epoch - 1 else {
      throw RunError(
        .file,
        "\(path): expected the checkpoint of epoch \(progress.bestEpoch), the best so far; bring it "
          + "back, or begin again in another folder")
    }
    try save("best.ckpt", withState: false)
  }

  /// Goes on from `last.ckpt`. Where nothing was saved yet, training begins with epoch 1.
  func restore() throws(RunError) {
    let path = "\(folder)/last.ckpt"
    guard access(path, F_OK) == 0 else { return try checkNothingIsLost() }
    let checkpoint = try read("last.ckpt")
    guard checkpoint.notes["settings"] == settings.identity else {
      throw RunError(
        .otherRun,
        "\(path): was begun with other settings; resume with those of run.json, or use another "
          + "folder")
    }
    guard checkpoint.notes["images"] == imagesIdentity else {
      throw RunError(
        .otherRun,
        "\(path): was begun with other images, or another split: expected "
          + "\(checkpoint.notes["images"] ?? "a note of them"), found \(imagesIdentity); bring them "
          + "back, or begin again in another folder")
    }
    guard
      let progress = checkpoint.progress, let history = checkpoint.history
    else {
      throw RunError(.file, "\(path): does not tell how far the run was; begin again")
    }
    do throws(TrainingError) {
      try network.restore(
        weights: checkpoint.weights, state: checkpoint.state, optimizer: settings.optimizer,
        steps: progress.steps)
    } catch {
      throw RunError(.otherRun, "\(path): \(error.description)")
    }
    self.progress = progress
    self.history = history
  }

  /// Without `last.ckpt` there must be nothing else either that a training leaves: to begin anew
  /// would replace it.
  private func checkNothingIsLost() throws(RunError) {
    let left = ["best.ckpt", "history.json", "history.csv"]
      .filter { access("\(folder)/\($0)", F_OK) == 0 }
    guard let first = left.first else { return }
    throw RunError(
      .file,
      "\(folder)/last.ckpt: is missing, so this run cannot go on; "
        + (first == "best.ckpt"
          ? "best.ckpt is kept: pneumo-convert \(folder)/best.ckpt model.pnm makes a model of it; "
          : "\(first) is kept; ")
        + "bring last.ckpt back, or begin again in another folder")
  }

  private func read(_ name: String) throws(RunError) -> Checkpoint {
    do throws(CheckpointError) {
      return try Checkpoint(contentsOf: "\(folder)/\(name)")
    } catch {
      throw RunError(.file, error.description)
    }
  }
}
